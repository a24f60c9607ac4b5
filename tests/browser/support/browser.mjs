/** The real browsers, Debian's, because they play H.264: Chromium, or with `BROWSER=firefox` that. */
import { existsSync } from 'node:fs';
import { chromium, firefox } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
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

/** A mouse, and scroll bars over the page: what Chromium has without a screen too. */
const FIREFOX_PREFERENCES = {
  'ui.primaryPointerCapabilities': 6,
  'ui.allPointerCapabilities': 6,
  'ui.useOverlayScrollbars': 1,
};
/** Films may start with sound before any touch. */
const AUTOPLAY_PREFERENCES = { 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0 };

/** @typedef {'chromium' | 'firefox'} Kind */

/** What people come with, unless a test says otherwise. @type {Kind} */
export const USUAL = process.env.BROWSER === 'firefox' ? 'firefox' : 'chromium';

/**
 * @param {object} options
 * @param {boolean} options.autoplay whether films may start with sound before any touch
 * @param {Kind} [options.kind]
 */
export function launch({ autoplay, kind = USUAL }) {
  return kind === 'firefox' ? launchFirefox(autoplay) : launchChromium(autoplay);
}

/** @param {import('playwright-core').BrowserContext} context */
export function isFirefox(context) {
  return context.browser()?.browserType().name() === 'firefox';
}

/** @param {boolean} autoplay */
function launchChromium(autoplay) {
  return chromium.launch({
    executablePath: installed(CHROMIUM, 'CHROMIUM'),
    args: [...QUIET_FLAGS, ...PIXEL_FLAGS, ...(autoplay ? [AUTOPLAY_FLAG] : [])],
  });
}

/** @param {boolean} autoplay */
function launchFirefox(autoplay) {
  return firefox.launch({
    // As it is released. The driver stays at 1.64: later ones give orders (media features) that
    // the long-term release does not know.
    channel: 'moz-firefox',
    executablePath: installed(FIREFOX, 'FIREFOX'),
    firefoxUserPrefs: { ...FIREFOX_PREFERENCES, ...(autoplay ? AUTOPLAY_PREFERENCES : {}) },
  });
}

/** @param {string} path @param {string} variable */
function installed(path, variable) {
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing: install it, or name another by ${variable}`);
}
