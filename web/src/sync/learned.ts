/**
 * How long something takes on this device, learned from where the player stood afterwards: who
 * aimed `ms` ahead and ends up 80 ms behind has learned that it takes 80 ms longer.
 */

/** Looks after the act before its effect is believed; the first ones show a player not yet moving. */
export const SETTLE_LOOKS = 3;
/** Lessons kept; their median is believed, so that one slow moment of the network teaches nothing. */
const LESSONS_KEPT = 3;

export class LearnedCost {
  readonly #maxMs: number;
  #lessons: readonly number[];
  #allowedMs = 0;
  #looksLeft = 0;

  constructor(firstMs: number, maxMs: number) {
    this.#lessons = Array.from({ length: LESSONS_KEPT }, () => firstMs);
    this.#maxMs = maxMs;
  }

  /** What it takes, ms, from 0 to the limit. */
  get ms(): number {
    const sorted = [...this.#lessons].sort((a, b) => a - b);
    return sorted[Math.floor(LESSONS_KEPT / 2)] ?? 0;
  }

  /** The act was just done with `ms` allowed for it. */
  spend(): void {
    this.#allowedMs = this.ms;
    this.#looksLeft = SETTLE_LOOKS;
  }

  /** Something else moved the player or its target: there is nothing to learn from this act. */
  forget(): void {
    this.#looksLeft = 0;
  }

  /** Tells how far off the player is; `settling` until its effect can be judged. */
  observe(driftMs: number): 'settling' | null {
    if (this.#looksLeft === 0) return null;
    this.#looksLeft -= 1;
    if (this.#looksLeft > 0) return 'settling';
    const lesson = Math.min(this.#maxMs, Math.max(0, this.#allowedMs - driftMs));
    this.#lessons = [...this.#lessons.slice(1), lesson];
    return null;
  }
}
