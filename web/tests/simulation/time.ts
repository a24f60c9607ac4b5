/** Simulated time: what is planned happens in the order of its time, and nothing takes any. */

interface Planned {
  readonly atMs: number;
  readonly act: () => void;
}

export class Time {
  nowMs = 0;
  #planned: Planned[] = [];

  /** Plans something; acts of one moment happen in the order in which they were planned. */
  at(atMs: number, act: () => void): void {
    const planned = { atMs: Math.max(atMs, this.nowMs), act };
    let place = this.#planned.length;
    while (place > 0 && (this.#planned[place - 1]?.atMs ?? 0) > planned.atMs) place -= 1;
    this.#planned.splice(place, 0, planned);
  }

  in(ms: number, act: () => void): void {
    this.at(this.nowMs + ms, act);
  }

  /** Lets everything happen until then. Promises settle between two moments. */
  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      const next = this.#planned[0];
      if (!next || next.atMs > endMs) break;
      this.#planned.shift();
      this.nowMs = next.atMs;
      next.act();
      await Promise.resolve();
      await Promise.resolve();
    }
    this.nowMs = endMs;
  }
}

/** Repeatable chance. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }
}
