/**
 * Measures how well a room keeps step, in each browser and in a room of both, beside two
 * yardsticks in Chromium, and writes docs/SYNC.md: `npm run sync`. With `--in Firefox` (or
 * another of `BROWSERS`) it measures the page there alone, tells what it saw, and writes nothing.
 */
import { stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { launch } from '../support/browser.mjs';
import { figures } from './analysis.mjs';
import { shipped, yardstick } from './followers.mjs';
import { write } from './report.mjs';
import { BROWSERS, LENGTH_MS, LOOK_EVERY_MS, play } from './scene.mjs';

const YARDSTICKS = [
  () => yardstick('OpenTogetherTube', 'opentogethertube.mjs'),
  () => yardstick('Syncplay', 'syncplay.mjs'),
];

const { in: only } = parseArgs({ options: { in: { type: 'string' } } }).values;
const ours = [];
for (const browsers of only ? [only] : Object.keys(BROWSERS))
  ours.push({ ...(await measured(shipped(), browsers)), name: browsers });
if (!only) {
  const yardsticks = [];
  for (const prepare of YARDSTICKS) yardsticks.push(await measured(await prepare(), 'Chromium'));
  write(ours, yardsticks, [await version('chromium'), await version('firefox')]);
  tell('docs/SYNC.md is written');
}

/** @param {import('../support/browser.mjs').Kind} kind */
async function version(kind) {
  const browser = await launch({ autoplay: true, kind });
  const version = browser.version();
  await browser.close();
  return version;
}

/**
 * @param {import('./followers.mjs').Follower} follower
 * @param {string} browsers
 */
async function measured(follower, browsers) {
  tell(`== ${follower.name}, ${browsers}`);
  try {
    const evening = await play(follower, browsers, tell);
    const seen = figures(evening, { lengthMs: LENGTH_MS, everyMs: LOOK_EVERY_MS });
    for (const { name, inStepAfterMs } of seen.acts)
      tell(`${name}: in step after ${inStepAfterMs?.toFixed(0) ?? 'no'} ms`);
    tell(`p50 ${seen.p50Ms.toFixed(1)} ms, p95 ${seen.p95Ms.toFixed(1)} ms`);
    tell(`p95 of the pictures ${seen.pictures95Ms.toFixed(1)} ms`);
    tell(`${seen.seeks} hard seeks, ${seen.undisturbedSeeks} of them undisturbed`);
    return { name: follower.name, figures: seen };
  } finally {
    follower.dispose();
  }
}

/** @param {string} text */
function tell(text) {
  stdout.write(`${text}\n`);
}
