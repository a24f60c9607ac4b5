/**
 * Measures how soon the page is there for a browser that has never seen it, and writes
 * docs/PAGE.md: `npm run paint`. Ends with an error when a bar is missed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { House } from './support/evening.mjs';
import { median, paintOf } from './support/paint.mjs';
import { twoFriends } from './support/pairs.mjs';

const REPORT = fileURLToPath(new URL('../../docs/PAGE.md', import.meta.url));
const RUNS = 7;
const FILM = 'Aurora over Nothing';

/**
 * @typedef {import('./support/paint.mjs').Paint} Paint
 * @typedef {{ figure: string, of: keyof Paint, bar: number, unit: string, digits: number }} Bar
 */

/** @type {readonly Bar[]} */
const BARS = [
  { figure: 'First contentful paint', of: 'firstPaintMs', bar: 1000, unit: 'ms', digits: 0 },
  { figure: 'Blocking time', of: 'blockingMs', bar: 100, unit: 'ms', digits: 0 },
  { figure: 'Layout shift', of: 'shift', bar: 0.01, unit: '', digits: 4 },
  { figure: 'Script, compressed', of: 'scriptKb', bar: 150, unit: 'KB', digits: 1 },
];

const house = await House.open('paint');
const browser = await house.browser();
try {
  const pages = await measure();
  const missed = writeReport(pages, browser.version());
  process.stdout.write(`${readFileSync(REPORT, 'utf8')}\n`);
  if (missed > 0) process.exitCode = 1;
} finally {
  await house.close();
}

/** @returns {Promise<{ name: string, paints: Paint[] }[]>} */
async function measure() {
  const { vasily, petr } = await twoFriends(house);
  for (const person of [vasily, petr]) await person.want(FILM);
  await vasily.findsMatch(FILM, petr);
  const { room } = await petr.openRoom(FILM);
  const signedIn = await vasily.context.storageState();
  // A page that stands open would take its share of the processor.
  for (const person of [vasily, petr]) await person.context.close();

  const pages = [
    { name: 'Sign in', path: '/', storageState: undefined, shows: 'form' },
    { name: 'Home', path: '/', storageState: signedIn, shows: '[data-testid=matches] article' },
    { name: 'People', path: '/people', storageState: signedIn, shows: '[data-testid=friends] li' },
    { name: 'Room', path: `/room/${room.id}`, storageState: signedIn, shows: 'video' },
  ];
  const measured = [];
  for (const { name, path, storageState, shows } of pages) {
    const paints = [];
    for (let run = 0; run < RUNS; run += 1) {
      const context = await browser.newContext({
        baseURL: house.server.address,
        viewport: { width: 1280, height: 800 },
        ...(storageState && { storageState }),
      });
      paints.push(await paintOf(await context.newPage(), path, shows));
      await context.close();
    }
    measured.push({ name, paints });
  }
  return measured;
}

/**
 * @param {{ name: string, paints: Paint[] }[]} pages
 * @param {string} chromium
 */
function writeReport(pages, chromium) {
  let missed = 0;
  const rows = pages.flatMap(({ name, paints }) =>
    BARS.map(({ figure, of, bar, unit, digits }) => {
      const values = paints.map((paint) => paint[of]).sort((one, other) => one - other);
      const shown = values.map((value) => value.toFixed(digits));
      const isMet = median(values) <= bar;
      if (!isMet) missed += 1;
      const middle = `${median(values).toFixed(digits)} ${unit}`.trim();
      const range = `${middle} (${shown[0]}–${shown.at(-1)})`;
      return `| ${name} | ${figure} | ≤ ${bar} ${unit} | ${range} | ${isMet ? 'met' : 'missed'} |`;
    }),
  );
  const [processor] = os.cpus();
  writeFileSync(
    REPORT,
    `# The page's weight and speed

What a browser that has never been here waits for, on the release binary. Written by the tool that
measures:

\`\`\`sh
make paint
\`\`\`

Each figure is the median of ${RUNS} first loads with the range behind it, each in a browser profile of
its own with nothing stored. Chromium, server and this tool share one machine, with no delay on the
line and no processor slowed down. Blocking time is what each task over 50 ms takes beyond that, from
the first paint until the page rests, as Lighthouse counts it; layout shift is the sum of all shifts;
script is what came over the line, the player's HLS part aside (none of these pages needs it).

| measured | |
|---|---|
| date | ${new Date().toISOString().slice(0, 10)} |
| commit | \`${execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim()}\` |
| processor | ${processor?.model}, ${os.cpus().length} cores for everything |
| system | ${os.type()} ${os.release()} |
| browser | Chromium ${chromium}, headless, 1280 × 800 |

| page | figure | bar | measured | verdict |
|---|---|---|---|---|
${rows.join('\n')}
`.replaceAll(/ +\|/g, ' |'),
  );
  return missed;
}
