/** Measures how well a room keeps step, beside two yardsticks, and writes docs/SYNC.md: `npm run sync`. */
import { stdout } from 'node:process';
import { launch } from '../support/browser.mjs';
import { figures } from './analysis.mjs';
import { shipped, yardstick } from './followers.mjs';
import { write } from './report.mjs';
import { LENGTH_MS, LOOK_EVERY_MS, play } from './scene.mjs';

const FOLLOWERS = [
  () => shipped(),
  () => yardstick('OpenTogetherTube', 'opentogethertube.mjs'),
  () => yardstick('Syncplay', 'syncplay.mjs'),
];

/** @param {string} text */
const tell = (text) => stdout.write(`${text}\n`);

const runs = [];
for (const prepare of FOLLOWERS) {
  const follower = await prepare();
  tell(`== ${follower.name}`);
  try {
    const evening = await play(follower, tell);
    const seen = figures(evening, { lengthMs: LENGTH_MS, everyMs: LOOK_EVERY_MS });
    tell(`p50 ${seen.p50Ms.toFixed(1)} ms, p95 ${seen.p95Ms.toFixed(1)} ms`);
    runs.push({ name: follower.name, figures: seen });
  } finally {
    follower.dispose();
  }
}
const browser = await launch({ autoplay: true });
const version = browser.version();
await browser.close();
write(runs, version);
tell('docs/SYNC.md is written');
