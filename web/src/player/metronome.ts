/**
 * Beats that come in time even in a hidden tab. Browsers let the timers of a hidden page fire once
 * a second, after a while once a minute; those of a worker keep time, and a film that somebody
 * starts meanwhile is to sound at once.
 */

export class Metronome {
  readonly #worker: Worker;

  constructor(beat: () => void) {
    this.#worker = new Worker(new URL('./metronome-worker.ts', import.meta.url), {
      type: 'module',
    });
    this.#worker.onmessage = beat;
  }

  /** The next beat comes in `ms`; whatever was planned before is forgotten. */
  beatIn(ms: number): void {
    this.#worker.postMessage(ms);
  }

  end(): void {
    this.#worker.terminate();
  }
}
