/** How much a page jumps about while it loads, as browsers measure it: the sum of layout shifts. */

/** @param {import('./person.mjs').Person} person watched on every page opened from now on */
export async function watchShifts(person) {
  await person.context.addInitScript(() => {
    const shifts = /** @type {object[]} */ ([]);
    Object.assign(globalThis, { layoutShifts: shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput, sources } = /** @type {any} */ (entry);
        if (hadRecentInput) continue;
        const moved = sources.map((/** @type {any} */ { node, previousRect, currentRect }) => ({
          what: node?.className || node?.nodeName,
          fromY: previousRect.y,
          toY: currentRect.y,
        }));
        shifts.push({ value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/**
 * Every shift of the page since it was opened, with what moved.
 *
 * @param {import('./person.mjs').Person} person
 * @returns {Promise<{ value: number, moved: unknown[] }[]>}
 */
export async function shiftsOf(person) {
  return person.page.evaluate(async () => {
    // What has not been painted has not been measured.
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    return /** @type {any} */ (globalThis).layoutShifts;
  });
}
