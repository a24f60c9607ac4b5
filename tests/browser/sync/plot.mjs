/** The spread over the evening as a picture, readable on light and on dark paper. */

const WIDTH = 960;
const HEIGHT = 456;
const LEFT = 64;
const RIGHT = 16;
const TOP = 132;
const BOTTOM = 44;
/** Spreads are drawn on a scale of powers of ten; what is less than the least lies on its line. */
const LEAST_MS = 1;
const MOST_MS = 20_000;
const MARKS_MS = [1, 10, 100, 1_000, 10_000];
/** One point of a line is the largest spread in this time. */
const POINT_MS = 500;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #3b3f46; }
  .grid { stroke: #8884; }
  .act { stroke: #8888; stroke-dasharray: 2 3; }
  .frame { stroke: #2a8f4f; stroke-dasharray: 6 4; }
  .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
  .line0 { stroke: #1668c7; } .line1 { stroke: #c2410c; } .line2 { stroke: #9333ea; }
  .key0 { fill: #1668c7; } .key1 { fill: #c2410c; } .key2 { fill: #9333ea; }
  @media (prefers-color-scheme: dark) {
    text { fill: #c9ced6; }
    .frame { stroke: #4cc47b; }
    .line0 { stroke: #5aa5f5; } .line1 { stroke: #f58b54; } .line2 { stroke: #c58bfa; }
    .key0 { fill: #5aa5f5; } .key1 { fill: #f58b54; } .key2 { fill: #c58bfa; }
  }`;

/** @typedef {import('./analysis.mjs').Figures} Figures */

/**
 * @param {{ name: string, figures: Figures }[]} runs the first one's acts are marked
 * @param {number} lengthMs
 * @param {number} inStepMs drawn as the line of one frame
 */
export function plot(runs, lengthMs, inStepMs) {
  const x = (/** @type {number} */ atMs) => LEFT + (atMs / lengthMs) * (WIDTH - LEFT - RIGHT);
  const decades = Math.log10(MOST_MS / LEAST_MS);
  const y = (/** @type {number} */ ms) => {
    const share = Math.log10(Math.min(MOST_MS, Math.max(LEAST_MS, ms)) / LEAST_MS) / decades;
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  };
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    '<title>Largest difference of position between members over the evening</title>',
    `<style>${STYLE}</style>`,
    ...MARKS_MS.map((ms) => markOf(ms, y(ms))),
    `<path class="frame" d="M${LEFT} ${y(inStepMs)}H${WIDTH - RIGHT}"/>`,
    ...secondsOf(lengthMs, x),
    ...(runs[0]?.figures.acts ?? []).map(({ atMs, name }) => actOf(name, x(atMs))),
    ...runs.map(({ figures }, index) => lineOf(figures, index, x, y)),
    ...runs.map(({ name }, index) => keyOf(name, index)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** @param {number} ms @param {number} atY */
function markOf(ms, atY) {
  const label = ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
  return (
    `<path class="grid" d="M${LEFT} ${atY}H${WIDTH - RIGHT}"/>` +
    `<text x="${LEFT - 8}" y="${atY + 4}" text-anchor="end">${label}</text>`
  );
}

/** @param {number} lengthMs @param {(atMs: number) => number} x */
function secondsOf(lengthMs, x) {
  const stepMs = 10_000;
  return Array.from({ length: Math.floor(lengthMs / stepMs) + 1 }, (_, index) => {
    const seconds = (index * stepMs) / 1_000;
    const place = `x="${x(index * stepMs)}" y="${HEIGHT - BOTTOM + 20}"`;
    return `<text ${place} text-anchor="middle">${seconds} s</text>`;
  });
}

/** @param {string} name @param {number} atX */
function actOf(name, atX) {
  const at = atX.toFixed(1);
  return (
    `<path class="act" d="M${at} ${TOP - 6}V${HEIGHT - BOTTOM}"/>` +
    `<text transform="translate(${at} ${TOP - 10}) rotate(-35)">${name}</text>`
  );
}

/**
 * @param {Figures} figures
 * @param {number} index
 * @param {(atMs: number) => number} x
 * @param {(ms: number) => number} y
 */
function lineOf({ beats }, index, x, y) {
  /** @type {Map<number, number>} */
  const worst = new Map();
  for (const { atMs, spreadMs } of beats) {
    if (spreadMs === null) continue;
    const pointMs = Math.floor(atMs / POINT_MS) * POINT_MS;
    worst.set(pointMs, Math.max(spreadMs, worst.get(pointMs) ?? 0));
  }
  const points = [...worst].map(([atMs, ms]) => `${x(atMs).toFixed(1)} ${y(ms).toFixed(1)}`);
  return `<path class="line line${index}" d="M${points.join('L')}"/>`;
}

/** @param {string} name @param {number} index */
function keyOf(name, index) {
  const left = LEFT + index * 190;
  return (
    `<rect class="key${index}" x="${left}" y="10" width="18" height="4"/>` +
    `<text x="${left + 24}" y="16">${name}</text>`
  );
}
