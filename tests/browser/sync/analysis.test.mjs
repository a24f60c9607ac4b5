import assert from 'node:assert/strict';
import test from 'node:test';
import { figures, percentile } from './analysis.mjs';

const BEGIN_MS = 1_800_000_000_000;
const GRID = { lengthMs: 20_000, everyMs: 100 };

/**
 * Somebody who plays from the beginning, so far from the others at each moment.
 *
 * @param {(afterMs: number) => number} offMs
 * @param {Partial<import('./scene.mjs').Watched>} [change]
 * @returns {import('./scene.mjs').Watched}
 */
function watched(offMs, change = {}) {
  // Looks never fall on the very beat.
  const times = Array.from(
    { length: GRID.lengthMs / GRID.everyMs + 1 },
    (_, index) => index * 100 + 7,
  );
  const looks = times.map((afterMs) => ({
    atMs: BEGIN_MS + afterMs,
    positionMs: afterMs + offMs(afterMs),
    rate: 1,
    moving: true,
  }));
  const notes = { looks, pictures: [], seeksAtMs: [], sent: [] };
  return { name: 'somebody', delayMs: 0, absent: [], notes, ...change };
}

/** @param {import('./scene.mjs').Watched[]} people @param {number[]} actsAtMs */
function seen(people, actsAtMs = []) {
  const acts = actsAtMs.map((afterMs) => ({ atMs: BEGIN_MS + afterMs, name: 'act' }));
  return figures({ beginMs: BEGIN_MS, acts, watched: people }, GRID);
}

test('the spread is the largest difference between any two members', () => {
  const { p50Ms, maxMs } = seen([watched(() => 0), watched(() => -10), watched(() => 25)]);
  assert.equal(p50Ms, 35);
  assert.equal(maxMs, 35);
});

test('looks are brought to one moment by the rate', () => {
  const late = watched(() => 0);
  for (const look of late.notes.looks) {
    look.atMs += 30;
    look.positionMs += 30;
  }
  assert.equal(seen([watched(() => 0), late]).maxMs, 0);
});

test('a look from beyond a seek says nothing about the time before it', () => {
  const sought = watched((afterMs) => (afterMs > 5_000 ? 9_000 : 0));
  sought.notes.seeksAtMs.push(BEGIN_MS + 5_003);
  const { beats } = seen([watched(() => 0), sought], [5_003]);
  assert.equal(beats.find(({ atMs }) => atMs === 5_000)?.spreadMs, null);
});

test('percentiles leave out the time after an act, and the beats still show it', () => {
  const jumpy = watched((afterMs) => (afterMs > 5_000 && afterMs < 6_500 ? 300 : 3));
  const { maxMs, beats } = seen([watched(() => 0), jumpy], [5_000]);
  assert.equal(maxMs, 3);
  assert.equal(beats.find(({ atMs }) => atMs === 5_500)?.spreadMs, 300);
});

test('after an act, in step means to stay so', () => {
  const wavers = watched((afterMs) => {
    if (afterMs < 5_000 || afterMs > 6_400) return 0;
    return afterMs > 5_400 && afterMs < 5_800 ? 20 : 200;
  });
  const { acts } = seen([watched(() => 0), wavers], [5_000, 8_000]);
  assert.deepEqual(
    acts.map(({ inStepAfterMs }) => inStepAfterMs),
    [1_400, 0],
  );
});

test('who is not in step before the next act never was', () => {
  const lost = watched((afterMs) => (afterMs > 5_000 ? 200 : 0));
  assert.equal(seen([watched(() => 0), lost], [5_000]).acts[0]?.inStepAfterMs, null);
});

test('who could not be in step does not count', () => {
  const fromMs = BEGIN_MS + 5_000;
  const gone = watched((afterMs) => (afterMs > 5_000 ? 9_000 : 0), {
    absent: [{ fromMs, untilMs: BEGIN_MS + GRID.lengthMs }],
  });
  assert.equal(seen([watched(() => 0), watched(() => 1), gone]).maxMs, 1);
});

test('a seek long after every act is an undisturbed one', () => {
  const restless = watched(() => 0);
  restless.notes.seeksAtMs.push(BEGIN_MS - 50, BEGIN_MS + 5_100, BEGIN_MS + 9_000);
  const { seeks, undisturbedSeeks } = seen([watched(() => 0), restless], [5_000]);
  assert.deepEqual([seeks, undisturbedSeeks], [2, 1]);
});

test('the seek of who arrives is no undisturbed one', () => {
  const late = watched(() => 0, { absent: [{ fromMs: BEGIN_MS, untilMs: BEGIN_MS + 5_000 }] });
  late.notes.seeksAtMs.push(BEGIN_MS + 4_000);
  assert.equal(seen([watched(() => 0), late], [5_000]).undisturbedSeeks, 0);
});

test('percentiles are of the values themselves', () => {
  assert.equal(percentile([4, 1, 3, 2], 0.5), 2);
  assert.equal(percentile([4, 1, 3, 2], 0.95), 4);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});
