/** From looks at players to figures: pure, and tested in `analysis.test.mjs`. */

/** After an act this long nobody is expected to be in step. */
export const SETTLE_MS = 2_000;
/** Members no further apart than this are in step: a frame of a film. */
export const IN_STEP_MS = 40;
/** And they are in step after an act once they have stayed so for this long. */
const STAYS_MS = 1_000;
/** A look further than this from the beat says nothing about it: `timeupdate` comes 4 times a second. */
const LOOK_OFF_MAX_MS = 130;
/** The same of a picture. */
const PICTURE_OFF_MAX_MS = 60;

/** @typedef {import('./scene.mjs').Evening} Evening */
/** @typedef {import('./scene.mjs').Watched} Watched */
/** @typedef {import('./in-page.mjs').Look} Look */

/** Spread at one beat, ms after the beginning; null while fewer than two members count. */
/** @typedef {{ atMs: number, spreadMs: number | null, drifts: (number | null)[] }} Beat */
/** @typedef {{ atMs: number, name: string, inStepAfterMs: number | null }} Act */

/**
 * @typedef {object} Figures
 * @property {Beat[]} beats
 * @property {Act[]} acts
 * @property {number} p50Ms
 * @property {number} p95Ms
 * @property {number} maxMs
 * @property {number} pictures95Ms the 95th percentile for the pictures that stood on the screens
 * @property {number} seeks all seeks of all players
 * @property {number} undisturbedSeeks those later than `SETTLE_MS` after an act
 * @property {Record<string, number>} sent frames sent to the room, by type
 */

/**
 * @param {Evening} evening
 * @param {{ lengthMs: number, everyMs: number }} grid
 * @returns {Figures}
 */
export function figures(evening, grid) {
  const beats = beatsOf(evening, grid, positionAt);
  const pictures = beatsOf(evening, grid, pictureAt);
  const acts = evening.acts.map(({ atMs, name }) => ({ atMs: atMs - evening.beginMs, name }));
  const spreads = undisturbed(beats, acts);
  const seeksAtMs = evening.watched.flatMap(({ notes }) =>
    notes.seeksAtMs.filter((atMs) => atMs > evening.beginMs),
  );
  // Whoever arrives is sent to where the room is: that is the arrival, not a disturbance.
  const seeksOfThoseThereAtMs = evening.watched.flatMap((one) =>
    one.notes.seeksAtMs.filter((atMs) => atMs > evening.beginMs && !isAbsent(one, atMs)),
  );
  return {
    beats,
    acts: acts.map((act, index) => ({
      ...act,
      inStepAfterMs: inStepAfterMs(beats, act.atMs, acts[index + 1]?.atMs ?? grid.lengthMs),
    })),
    p50Ms: percentile(spreads, 0.5),
    p95Ms: percentile(spreads, 0.95),
    maxMs: percentile(spreads, 1),
    pictures95Ms: percentile(undisturbed(pictures, acts), 0.95),
    seeks: seeksAtMs.length,
    undisturbedSeeks: seeksOfThoseThereAtMs.filter((atMs) =>
      isUndisturbed(atMs - evening.beginMs, acts),
    ).length,
    sent: countsOf(evening),
  };
}

/** @param {readonly number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * @param {Evening} evening
 * @param {{ lengthMs: number, everyMs: number }} grid
 * @param {(watched: Watched, atMs: number) => number | null} placeAt
 * @returns {Beat[]}
 */
function beatsOf({ beginMs, watched }, { lengthMs, everyMs }, placeAt) {
  const count = Math.floor(lengthMs / everyMs);
  return Array.from({ length: count }, (_, index) => {
    const atMs = index * everyMs;
    const places = watched.map((one) =>
      isAbsent(one, beginMs + atMs) ? null : placeAt(one, beginMs + atMs),
    );
    const known = places.filter((place) => place !== null);
    const middleMs = percentile(known, 0.5);
    return {
      atMs,
      spreadMs: known.length < 2 ? null : Math.max(...known) - Math.min(...known),
      drifts: places.map((place) => (place === null ? null : place - middleMs)),
    };
  });
}

/** Whether somebody could not be in step at `atMs`. @param {Watched} watched @param {number} atMs */
function isAbsent({ absent }, atMs) {
  return absent.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs);
}

/**
 * Where a player was at `atMs`, from its look nearest to that. A look from the other side of a
 * seek says nothing about it.
 *
 * @param {Watched} watched
 * @param {number} atMs
 */
function positionAt({ notes }, atMs) {
  const look = nearest(notes.looks, atMs, (look) => look.atMs);
  if (!look || Math.abs(look.atMs - atMs) > LOOK_OFF_MAX_MS) return null;
  const [fromMs, untilMs] = [Math.min(look.atMs, atMs), Math.max(look.atMs, atMs)];
  if (notes.seeksAtMs.some((seekMs) => seekMs > fromMs && seekMs < untilMs)) return null;
  return look.positionMs + (look.moving ? (atMs - look.atMs) * look.rate : 0);
}

/**
 * Which moment of the film stood on a screen at `atMs`, in the same way. Pictures come only while
 * the film moves, and none come to a hidden tab.
 *
 * @param {Watched} watched
 * @param {number} atMs
 */
function pictureAt({ notes }, atMs) {
  const picture = nearest(notes.pictures, atMs, ({ dueMs }) => dueMs);
  if (!picture || Math.abs(picture.dueMs - atMs) > PICTURE_OFF_MAX_MS) return null;
  return picture.mediaMs + (atMs - picture.dueMs);
}

/**
 * @template Item
 * @param {readonly Item[]} items in the order of their times
 * @param {number} atMs
 * @param {(item: Item) => number} timeOf
 */
function nearest(items, atMs, timeOf) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item && timeOf(item) < atMs) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [items[low - 1], items[low]];
  if (!before || !after) return before ?? after;
  return atMs - timeOf(before) <= timeOf(after) - atMs ? before : after;
}

/** @param {readonly Beat[]} beats @param {readonly { atMs: number }[]} acts */
function undisturbed(beats, acts) {
  return beats.flatMap(({ atMs, spreadMs }) =>
    spreadMs !== null && isUndisturbed(atMs, acts) ? [spreadMs] : [],
  );
}

/** @param {number} atMs @param {readonly { atMs: number }[]} acts */
function isUndisturbed(atMs, acts) {
  return acts.every((act) => atMs < act.atMs || atMs - act.atMs > SETTLE_MS);
}

/**
 * How long after an act all were in step for good; null if not before the next act.
 *
 * @param {readonly Beat[]} beats
 * @param {number} fromMs
 * @param {number} untilMs
 */
function inStepAfterMs(beats, fromMs, untilMs) {
  const after = beats.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  /** @type {number | null} */
  let sinceMs = null;
  for (const { atMs, spreadMs } of after) {
    if (spreadMs === null || spreadMs > IN_STEP_MS) sinceMs = null;
    else sinceMs ??= atMs;
    if (sinceMs !== null && atMs - sinceMs >= STAYS_MS) return sinceMs - fromMs;
  }
  return null;
}

/** @param {Evening} evening */
function countsOf({ watched, beginMs }) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { notes } of watched) {
    for (const { type, atMs } of notes.sent) {
      if (atMs >= beginMs) counts[type] = (counts[type] ?? 0) + 1;
    }
  }
  return counts;
}
