/** Conditions are waited for at most this long unless said otherwise. */
export const PATIENCE_MS = 20_000;
/** Pause between two looks at a condition. */
const LOOK_PAUSE_MS = 50;

/**
 * Looks again and again until `look` answers something true, and returns that. What is awaited
 * is named in `what`; the last thing seen or thrown goes into the failure.
 *
 * @template Seen
 * @param {string} what
 * @param {() => Promise<Seen> | Seen} look
 * @param {number} [patienceMs]
 * @returns {Promise<Exclude<Seen, false | null | undefined | 0 | ''>>}
 */
export async function until(what, look, patienceMs = PATIENCE_MS) {
  const endMs = Date.now() + patienceMs;
  for (;;) {
    const seen = await look();
    // What is true is none of the excluded values, which the compiler cannot follow here.
    if (seen) return /** @type {any} */ (seen);
    if (Date.now() > endMs) throw new Error(`in ${patienceMs} ms it never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS));
  }
}
