/**
 * Compares what a screen looks like with the picture of it in `pictures/`. After a wanted change:
 * `make pictures`, look at what it wrote, commit it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

const FOLDER = fileURLToPath(new URL('../pictures/', import.meta.url));
const IS_RENEWED = process.env.RENEW_PICTURES === '1';
/** Pictures keep so many steps of each colour: they are part of every clone, and gradients are large. */
const COLOUR_STEPS = 16;
/** On large flat grounds nothing packs better than plain bytes. @type {import('pngjs').PNGOptions} */
const SMALL = { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: 0 };
/** How far a pixel's colour may be off: what other versions of the browser smooth otherwise. */
const COLOUR_OFF_MAX = 0.12;
/** Share of a picture's pixels that may be off by more. */
const PIXELS_OFF_MAX = 0.002;
/** Moments and lengths of time are those of the run; a text as long as theirs stands for them. */
const MOMENT = '12:00';

/**
 * What is wrong with the look of a page, or null. Films and their posters are left out.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name of the picture
 * @param {string} differencePath where the pixels that are off are shown
 */
export async function wrongLook(page, name, differencePath) {
  await page.evaluate(withoutWhatMoves, MOMENT);
  const seen = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const path = `${FOLDER}${name}.png`;
  const is = inFewColours(PNG.sync.read(seen));
  if (IS_RENEWED) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, PNG.sync.write(is, SMALL));
    return null;
  }
  if (!existsSync(path)) return `${name} has no picture yet: make pictures`;
  const was = PNG.sync.read(readFileSync(path));
  const { width, height } = was;
  if (is.width !== width || is.height !== height) {
    return `${name} is ${is.width} × ${is.height}, not ${width} × ${height}`;
  }
  const difference = new PNG({ width, height });
  const options = { threshold: COLOUR_OFF_MAX };
  const off = pixelmatch(was.data, is.data, difference.data, width, height, options);
  if (off <= width * height * PIXELS_OFF_MAX) return null;
  writeFileSync(differencePath, PNG.sync.write(difference));
  return `${name} looks different by ${off} pixels, see ${differencePath}; if wanted: make pictures`;
}

/** @param {PNG} picture */
function inFewColours(picture) {
  const step = 256 / COLOUR_STEPS;
  for (let at = 0; at < picture.data.length; at += 1) {
    const isOpacity = at % 4 === 3;
    const value = picture.data[at] ?? 0;
    if (!isOpacity) picture.data[at] = Math.floor(value / step) * step;
  }
  return picture;
}

/** Runs in the page. @param {string} moment */
function withoutWhatMoves(moment) {
  for (const time of document.querySelectorAll('time')) time.textContent = moment;
  for (const moving of document.querySelectorAll('video, .poster img, [data-testid=drift]')) {
    if (moving instanceof HTMLElement) moving.style.visibility = 'hidden';
  }
}
