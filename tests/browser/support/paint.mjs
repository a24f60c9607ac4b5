/** How soon a page is there, and how much it makes the processor and the eye work on the way. */
import { totalBytes, watchLoad } from './first-load.mjs';

/** A task may take this long before a person notices that the page does not answer. */
const TASK_MS_MAX = 50;

/** @typedef {{ firstPaintMs: number, blockingMs: number, shift: number, scriptKb: number }} Paint */

/**
 * @param {import('playwright-core').Page} page with nothing stored
 * @param {string} path
 * @param {string} shows what has to be on the screen before the page counts as loaded
 * @returns {Promise<Paint>}
 */
export async function paintOf(page, path, shows) {
  await page.addInitScript(watch);
  const load = watchLoad(page);
  await page.goto(path);
  await page.locator(shows).first().waitFor();
  await page.waitForLoadState('networkidle');
  const { firstPaintMs, tasks, shift } = await page.evaluate(seen);
  return {
    firstPaintMs,
    blockingMs: tasks
      .filter(({ startMs }) => startMs >= firstPaintMs)
      .reduce((sum, { tookMs }) => sum + Math.max(0, tookMs - TASK_MS_MAX), 0),
    shift,
    scriptKb: totalBytes(await load.scripts(/^$/)) / 1024,
  };
}

/** @param {readonly number[]} sorted */
export function median(sorted) {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs in the page before anything of its own. */
function watch() {
  const tasks = /** @type {{ startMs: number, tookMs: number }[]} */ ([]);
  const shifts = /** @type {number[]} */ ([]);
  Object.assign(globalThis, { paintTasks: tasks, paintShifts: shifts });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      tasks.push({ startMs: startTime, tookMs: duration });
    }
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifts.push(/** @type {any} */ (entry).value);
  }).observe({ type: 'layout-shift', buffered: true });
}

/**
 * Runs in the page once it rests.
 *
 * @returns {Promise<{ firstPaintMs: number, tasks: { startMs: number, tookMs: number }[], shift: number }>}
 */
async function seen() {
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  const { paintTasks, paintShifts } = /** @type {any} */ (globalThis);
  const [first] = performance.getEntriesByName('first-contentful-paint');
  if (!first) throw new Error('nothing was painted');
  return {
    firstPaintMs: first.startTime,
    tasks: paintTasks,
    shift: paintShifts.reduce(
      (/** @type {number} */ sum, /** @type {number} */ value) => sum + value,
      0,
    ),
  };
}
