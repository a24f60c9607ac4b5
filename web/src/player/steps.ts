/**
 * Where a moving player is, in a browser that tells it in steps. Firefox tells a position that is
 * true at the moment at which it comes, and then the same one for some 40 ms (seen in Firefox 153;
 * Chromium's flows). Taken as it is, a player would seem up to 40 ms behind, now more, now less.
 * So it is reckoned on from the steps of the last moments, and of those the furthest is believed.
 *
 * Which kind a browser is shows once a film runs: looks that follow one another quickly find most
 * positions unchanged, or none.
 */

/** A step is seen this soon after it came, ms. */
export const LOOK_PAUSE_MS = 10;
/** Looks at a film that runs after which the browser is known, and is guessed at. */
const LOOKS_TO_KNOW = 50;
const LOOKS_TO_GUESS = 12;
/** Looks that follow one another more quickly tell nothing about it, ms. */
const LOOK_PAUSE_MIN_MS = 4;
/** Steps are reckoned on from for this long, ms. */
const REMEMBERED_MS = 250;
/** No step is larger, ms: a player further behind than that has fallen behind. */
const STEP_MAX_MS = 60;

interface Look {
  readonly atMs: number;
  readonly toldMs: number;
}

export class Steps {
  /** Since the player began to move, the last at the end. */
  #looks: readonly Look[] = [];
  /** Where it stood before that. */
  #stoodAtMs: number | null = null;
  #looksAtMoving = 0;
  #unchanged = 0;

  /** Whether it is worth looking often: not in a browser that is known to tell every moment. */
  get worthLooking(): boolean {
    return this.#looksAtMoving < LOOKS_TO_KNOW || this.#comeInSteps;
  }

  /** The player stands, or something else than time has moved it. */
  forget(): void {
    this.#looks = [];
    this.#stoodAtMs = null;
  }

  /** Where a player is that should be moving at `rate` and that is told to be at `toldMs`. */
  look(atMs: number, toldMs: number, rate: number): number {
    this.#stoodAtMs ??= toldMs;
    if (this.#looks.length === 0 && toldMs === this.#stoodAtMs) return toldMs;
    this.#learn(atMs, toldMs);
    const remembered = this.#looks.filter((look) => atMs - look.atMs <= REMEMBERED_MS);
    this.#looks = [...remembered, { atMs, toldMs }];
    if (this.#looksAtMoving < LOOKS_TO_GUESS || !this.#comeInSteps) return toldMs;
    const reckoned = this.#looks.map((look) => look.toldMs + (atMs - look.atMs) * rate);
    const furthestMs = Math.max(...reckoned);
    if (furthestMs - toldMs <= STEP_MAX_MS) return furthestMs;
    this.#looks = [{ atMs, toldMs }];
    return toldMs;
  }

  get #comeInSteps(): boolean {
    return this.#unchanged > this.#looksAtMoving / 2;
  }

  #learn(atMs: number, toldMs: number): void {
    const last = this.#looks.at(-1);
    const isKnown = this.#looksAtMoving >= LOOKS_TO_KNOW;
    if (isKnown || !last || atMs - last.atMs < LOOK_PAUSE_MIN_MS) return;
    this.#looksAtMoving += 1;
    if (toldMs === last.toldMs) this.#unchanged += 1;
  }
}
