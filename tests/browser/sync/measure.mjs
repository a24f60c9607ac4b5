/**
 * Measures how well a room keeps step, beside two yardsticks, and writes docs/SYNC.md: `npm run sync`.
 * With `--ours` it measures the page alone, tells what it saw, and writes nothing.
 */
import { stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { launch } from '../support/browser.mjs';
import { figures } from './analysis.mjs';
import { shipped, yardstick } from './followers.mjs';
import { write } from './report.mjs';
import { LENGTH_MS, LOOK_EVERY_MS, play } from './scene.mjs';

const YARDSTICKS = [
  () => yardstick('OpenTogetherTube', 'opentogethertube.mjs'),
  () => yardstick('Syncplay', 'syncplay.mjs'),
];

const { ours } = parseArgs({ options: { ours: { type: 'boolean', default: false } } }).values;
const runs = [await measured(shipped())];
if (!ours) {
  for (const prepare of YARDSTICKS) runs.push(await measured(await prepare()));
  const browser = await launch({ autoplay: true });
  const version = browser.version();
  await browser.close();
  write(runs, version);
  tell('docs/SYNC.md is written');
}

/** @param {import('./followers.mjs').Follower} follower */
async function measured(follower) {
  tell(`== ${follower.name}`);
  try {
    const evening = await play(follower, tell);
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
