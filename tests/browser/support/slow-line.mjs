/** A line on which the later part of the streamed film does not come. */

const SEGMENT_MS = 6_000;
const SEGMENTS = /\/(?<index>\d+)\.m4s$/;

export class SlowLine {
  /** @type {import('playwright-core').Route[]} */
  #kept = [];
  #slow = true;

  /**
   * Keeps back every piece of the film from `fromMs` on.
   *
   * @param {import('./person.mjs').Person} person
   * @param {number} fromMs
   */
  static async of(person, fromMs) {
    const line = new SlowLine();
    await person.context.route(SEGMENTS, async (route) => {
      const index = Number(SEGMENTS.exec(route.request().url())?.groups?.index);
      if (line.#slow && index >= Math.floor(fromMs / SEGMENT_MS)) line.#kept.push(route);
      else await route.continue();
    });
    return line;
  }

  /** Whether a piece that is kept back has been asked for. */
  isAsked() {
    return this.#kept.length > 0;
  }

  /** Lets through what is kept back, and all that follows. */
  async recover() {
    this.#slow = false;
    // The player may have given some up itself.
    await Promise.all(this.#kept.map((route) => route.continue().catch(() => null)));
  }
}
