/** Writes `docs/SYNC.md` and its picture from what was measured. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { IN_STEP_MS, SETTLE_MS } from './analysis.mjs';
import { plot } from './plot.mjs';
import { JITTER, LENGTH_MS, LOOK_EVERY_MS, PEOPLE } from './scene.mjs';

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));
const PICTURE = 'sync.svg';
const GB = 1e9;

/** What the page was built for. */
const BARS = { p50Ms: 12, p95Ms: 40, inStepAfterMs: 1_500, undisturbedSeeks: 0, times: 10 };

/** @typedef {import('./analysis.mjs').Figures} Figures */
/** @typedef {{ name: string, figures: Figures }} Run */

/**
 * @param {readonly Run[]} ours the page as it ships, named after the browsers, Chromium first
 * @param {readonly Run[]} yardsticks in Chromium
 * @param {readonly string[]} versions of Chromium and Firefox
 */
export function write(ours, yardsticks, versions) {
  const [inChromium] = ours;
  if (!inChromium) throw new Error('nothing was measured');
  const runs = [{ ...inChromium, name: 'Movie Together' }, ...yardsticks];
  mkdirSync(DOCS, { recursive: true });
  writeFileSync(`${DOCS}${PICTURE}`, plot(runs, LENGTH_MS, IN_STEP_MS));
  const text = [
    introduction(),
    table(['measured', ''], machine(versions)),
    '## Bars',
    table(
      ['', 'bar', 'measured', 'verdict'],
      [...ours.flatMap(bars), ...tighter(inChromium, yardsticks)],
    ),
    '## Spread',
    `![Spread over the evening](${PICTURE})`,
    spreadText(),
    table(['', ...runs.map(({ name }) => name)], spreads(runs)),
    '## After each act',
    `Time until all were within ${IN_STEP_MS} ms and stayed so for a second.`,
    table(['at', 'act', ...runs.map(({ name }) => name)], acts(runs)),
    '## In each browser',
    `The page as it ships, with all four people in one browser, and with Petr and Anna in Firefox.`,
    table(['', ...ours.map(({ name }) => name)], spreads(ours)),
    table(['at', 'act', ...ours.map(({ name }) => name)], acts(ours)),
    method(),
  ];
  writeFileSync(`${DOCS}SYNC.md`, `${text.join('\n\n')}\n`);
}

function introduction() {
  const lines = PEOPLE.map(({ name, delayMs }) => `${name} ${delayMs} ms`).join(', ');
  return `# In step

How far apart the members of a room are, measured in real browsers. Four people watch a film with
sound for ${LENGTH_MS / 1_000} s, each in a browser context of their own and each behind a line that
makes everything late, one way: ${lines}, with a jitter of ±${JITTER * 100} %. They play, pause and
seek; one comes late, one's film does not come for 3 s, one's tab is hidden. This page is written by
the command that measures:

\`\`\`sh
make sync
\`\`\`

Beside the page as it ships stand, in Chromium, two yardsticks: the same page, socket, player and server with only
the controller (\`web/src/sync/controller.ts\`) exchanged. One does what OpenTogetherTube does: no
estimate of clocks, a hard seek beyond 1 s. The other has Syncplay's thresholds: a seek from 4 s ahead
or 5 s behind, 5 % slower from 1.5 s ahead, never faster; it is even told the true delay of its line.`;
}

/** @param {readonly string[]} versions @returns {string[][]} */
function machine([chromium, firefox]) {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { encoding: 'utf8', cwd: DOCS }).trim();
  const changed = git('status', '--porcelain', '--', '..', ':!.').split('\n').filter(Boolean);
  const commit = git('rev-parse', '--short=12', 'HEAD');
  const processor = cpus()[0]?.model ?? 'unknown';
  return [
    ['date', new Date().toISOString().slice(0, 10)],
    [
      'commit',
      `\`${commit}\`${changed.length ? ` with ${changed.length} files changed since` : ''}`,
    ],
    [
      'browsers',
      `Chromium ${chromium} and Firefox ${firefox}, without a window, H.264 and AAC decoded by the processor`,
    ],
    ['player', `hls.js ${version('web/node_modules/hls.js')}`],
    [
      'driver',
      `Playwright ${version('tests/browser/node_modules/playwright-core')}, Node ${process.version}`,
    ],
    ['processor', `${processor}, ${cpus().length} cores for everything`],
    ['memory', `${Math.round(totalmem() / GB)} GB`],
    ['system', `Linux ${release()}`],
    ['load average over 15 min at the end', (loadavg()[2] ?? 0).toFixed(2)],
  ];
}

/** @param {Run} run @returns {string[][]} */
function bars({ name, figures }) {
  const slowest = Math.max(
    ...figures.acts.map((act) => act.inStepAfterMs ?? Number.POSITIVE_INFINITY),
  );
  const { p50Ms, p95Ms, undisturbedSeeks } = figures;
  return [
    bar(`${name}: spread p50`, `≤ ${BARS.p50Ms} ms`, ms(p50Ms), p50Ms <= BARS.p50Ms),
    bar(`${name}: spread p95`, `≤ ${BARS.p95Ms} ms`, ms(p95Ms), p95Ms <= BARS.p95Ms),
    bar(
      `${name}: slowest act until in step`,
      `≤ ${BARS.inStepAfterMs} ms`,
      ms(slowest),
      slowest <= BARS.inStepAfterMs,
    ),
    bar(
      `${name}: hard seeks in undisturbed play`,
      String(BARS.undisturbedSeeks),
      String(undisturbedSeeks),
      undisturbedSeeks <= BARS.undisturbedSeeks,
    ),
  ];
}

/** @param {Run} ours @param {readonly Run[]} yardsticks @returns {string[][]} */
function tighter({ figures }, yardsticks) {
  const rows = [];
  for (const { name, figures: theirs } of yardsticks) {
    for (const [what, times] of [
      ['p50', theirs.p50Ms / figures.p50Ms],
      ['p95', theirs.p95Ms / figures.p95Ms],
    ]) {
      const measured = `${Number(times).toFixed(1)} times`;
      const wanted = `≥ ${BARS.times} times`;
      rows.push(
        bar(`tighter than ${name}, ${what}`, wanted, measured, Number(times) >= BARS.times),
      );
    }
  }
  return rows;
}

/** @param {string} what @param {string} wanted @param {string} measured @param {boolean} isMet */
function bar(what, wanted, measured, isMet) {
  return [what, wanted, measured, isMet ? 'met' : '**missed**'];
}

function spreadText() {
  return `Spread is the largest difference of position between any two members that could be in step, looked
at every ${LOOK_EVERY_MS} ms. The percentiles are over the whole run outside the ${SETTLE_MS / 1_000} s after an act. The dashed
green line is ${IN_STEP_MS} ms, a frame of a film. The scale is logarithmic; each point is the worst of half a second.`;
}

/** @param {readonly Run[]} runs @returns {string[][]} */
function spreads(runs) {
  /** @param {string} what @param {(figures: Figures) => string} cell */
  const row = (what, cell) => [what, ...runs.map(({ figures }) => cell(figures))];
  return [
    row('p50', ({ p50Ms }) => ms(p50Ms)),
    row('p95', ({ p95Ms }) => ms(p95Ms)),
    row('max', ({ maxMs }) => ms(maxMs)),
    row('p95 of the pictures on the screens', ({ pictures95Ms }) => ms(pictures95Ms)),
    row('hard seeks, all players', ({ seeks }) => String(seeks)),
    row('hard seeks, undisturbed', ({ undisturbedSeeks }) => String(undisturbedSeeks)),
    row('controls sent (9 were acts of a person)', ({ sent }) =>
      String((sent.play ?? 0) + (sent.pause ?? 0) + (sent.seek ?? 0) + (sent.rate ?? 0)),
    ),
  ];
}

/** @param {readonly Run[]} runs @returns {string[][]} */
function acts(runs) {
  return (runs[0]?.figures.acts ?? []).map(({ atMs, name }, index) => [
    `${Math.round(atMs / 1_000)} s`,
    name,
    ...runs.map(({ figures }) => ms(figures.acts[index]?.inStepAfterMs ?? null)),
  ]);
}

function method() {
  return `## How it is measured

- **One clock.** All pages run on one machine; a look carries \`performance.timeOrigin + performance.now()\`,
  and positions are brought to the same instant by the player's rate.
- **Position is \`video.currentTime\`.** It follows the sound and moves in steps far below a millisecond.
  Firefox's moves 40 ms at a time and is true when it has just come: there looks at a moving player are
  those of its \`timeupdate\`, to within some 3 ms.
  The alternative, \`mediaTime\` of \`requestVideoFrameCallback\`, moves in frames (42 ms at 24 a second)
  and stops in a hidden tab; it is looked at as well, and its spread stands in the table as "pictures".
- **Lines.** The project's fault layer delays both directions of the socket, which carries every control,
  clock and chat frame. Pages and pieces of the film come directly: a late line would starve the player,
  and that is not what is measured.
- **Who counts.** Everybody who could be in step: not who has not come yet (a late join counts from the
  moment its film is there), and not the one whose film is kept back, until it comes again.
- **The hidden tab** is told that it is hidden, and its timers fire once a second, as Chromium does it.
- **Hard seeks** are the player's own \`seeking\` events of all members, those of acts included. Undisturbed ones are
  those later than 2 s after every act, without that by which a late member arrives.`;
}

/** @param {number | null} value */
function ms(value) {
  if (value === null || !Number.isFinite(value)) return 'never';
  return value < 100 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

/** @param {readonly string[]} head @param {readonly string[][]} rows */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {string} folder of a package, from the root of the project */
function version(folder) {
  const path = fileURLToPath(new URL(`../../../${folder}/package.json`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
