/** Tells when nobody has touched something for a while. Dies with the component that made it. */
export class Idle {
  #now = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #afterMs: number;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
    $effect(() => () => clearTimeout(this.#timer));
  }

  get now(): boolean {
    return this.#now;
  }

  wake(): void {
    this.#now = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.rest(), this.#afterMs);
  }

  rest(): void {
    clearTimeout(this.#timer);
    this.#now = true;
  }
}
