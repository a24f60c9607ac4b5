/**
 * How long something takes on this device, learned from the last times. The median is believed,
 * so that one slow moment of the network teaches nothing.
 */

const LESSONS_KEPT = 3;

export class LearnedCost {
  readonly #firstMs: number;
  readonly #mostMs: number;
  #lessons: readonly number[] = [];

  /** `firstMs` is believed until something is known; no lesson is worth more than `mostMs`. */
  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** What it takes, ms. */
  get ms(): number {
    const sorted = [...this.#lessons].sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? this.#firstMs;
  }

  /** What it took the last time, ms. */
  get lastMs(): number {
    return this.#lessons.at(-1) ?? this.#firstMs;
  }

  learn(ms: number): void {
    const lesson = Math.min(this.#mostMs, Math.max(-this.#mostMs, ms));
    this.#lessons = [...this.#lessons, lesson].slice(-LESSONS_KEPT);
  }
}
