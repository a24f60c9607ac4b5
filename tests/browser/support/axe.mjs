/** Asks axe whether a page can be used by everyone. */
import axe from 'axe-core';

/** WCAG 2.2 at level AA, and what axe's makers hold good besides. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Every violation on the page as it is now, a line each: the rule, what breaks it, and why.
 *
 * @param {import('playwright-core').Page} page
 */
export async function violations(page) {
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  if (!isThere) await page.evaluate(axe.source);
  const found = await page.evaluate(async (tags) => {
    /** @type {import('axe-core')} */
    const axe = /** @type {any} */ (globalThis).axe;
    const result = await axe.run(document, {
      runOnly: { type: 'tag', values: tags },
      // Of 2.2, and off unless asked for.
      rules: { 'target-size': { enabled: true } },
      resultTypes: ['violations'],
    });
    return result.violations;
  }, TAGS);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}
