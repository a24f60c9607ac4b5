/** The real browser: Debian's Chromium, because it plays H.264. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const QUIET_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
/** The same pixels on every machine, whatever its screen and its settings of fonts are. */
const PIXEL_FLAGS = [
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
];
const AUTOPLAY_FLAG = '--autoplay-policy=no-user-gesture-required';

/** @param {{ autoplay: boolean }} options whether films may start with sound before any touch */
export async function launch({ autoplay }) {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`${CHROMIUM} is missing: install chromium, or name another by CHROMIUM`);
  }
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...QUIET_FLAGS, ...PIXEL_FLAGS, ...(autoplay ? [AUTOPLAY_FLAG] : [])],
  });
}
