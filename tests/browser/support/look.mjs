/** The ways in which one page may look, changed where it stands. */

const SETTINGS_KEY = 'movie-together.settings';

/** @typedef {{ theme: 'light' | 'dark', language: 'en' | 'ru' }} Look */

/** What tests press and read is English. @type {Look} */
export const USUAL_LOOK = { theme: 'light', language: 'en' };

/** Each theme and each language once. @type {readonly Look[]} */
export const OPPOSITE_LOOKS = [USUAL_LOOK, { theme: 'dark', language: 'ru' }];

/** Each theme in each language. @type {readonly Look[]} */
export const ALL_LOOKS = [
  ...OPPOSITE_LOOKS,
  { theme: 'dark', language: 'en' },
  { theme: 'light', language: 'ru' },
];

/**
 * Sets theme and language as another tab of the person would; whatever is open stays open.
 *
 * @param {import('playwright-core').Page} page
 * @param {Look} look
 */
export async function lookLike(page, look) {
  await page.evaluate(
    ([key, settings]) => {
      localStorage.setItem(key, settings);
      dispatchEvent(new StorageEvent('storage', { key, newValue: settings }));
    },
    /** @type {const} */ ([SETTINGS_KEY, JSON.stringify(look)]),
  );
  await page.waitForFunction(({ theme, language }) => {
    const { dataset, lang } = document.documentElement;
    return dataset.theme === theme && lang === language;
  }, look);
  await page.evaluate(settled);
}

/** Runs in the page: what was changed is painted, and no colour is on its way any more. */
async function settled() {
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}
