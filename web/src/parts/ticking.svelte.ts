/** A clock for what is shown: `now` follows time in coarse steps while someone looks at it. */
export class Ticking {
  #nowMs = $state(0);

  /** Reads the time each `everyMs`; dies with the component that made it. */
  constructor(read: () => number, everyMs: number) {
    this.#nowMs = read();
    $effect(() => {
      const timer = setInterval(() => {
        this.#nowMs = read();
      }, everyMs);
      return () => clearInterval(timer);
    });
  }

  get nowMs(): number {
    return this.#nowMs;
  }
}
