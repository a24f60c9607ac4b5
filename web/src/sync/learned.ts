/**
 * How long something takes on this device, learned from where the player stood afterwards: who
 * aimed `ms` ahead and ends up 80 ms behind has learned that it takes 80 ms longer.
 */

/** Looks after the act before its effect is believed; the first ones show a player not yet moving. */
export const SETTLE_LOOKS = 3;
/** Weight of the newest lesson. */
const WEIGHT = 0.7;

export class LearnedCost {
  readonly #maxMs: number;
  #ms: number;
  #looksLeft = 0;

  constructor(firstMs: number, maxMs: number) {
    this.#ms = firstMs;
    this.#maxMs = maxMs;
  }

  /** What it takes, ms, from 0 to the limit. */
  get ms(): number {
    return this.#ms;
  }

  /** The act was just done with `ms` allowed for it. */
  spend(): void {
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
    const lesson = this.#ms - driftMs * WEIGHT;
    this.#ms = Math.min(this.#maxMs, Math.max(0, lesson));
    return null;
  }
}
