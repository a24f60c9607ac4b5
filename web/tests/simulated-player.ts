/** A player on simulated time: it starts late, seeks slowly, and can run fast or slow. */
import type { Player, PlayOutcome } from '../src/sync/player';

export class SimulatedPlayer implements Player {
  positionMs = 0;
  durationMs = 600_000;
  paused = true;
  seeking = false;
  ready = true;
  rate = 1;
  outcome: PlayOutcome = 'playing';
  /** How much faster than real time its own clock runs: 1.001 gains a second in 1000. */
  speed = 1;
  seekTakesMs = 0;
  startTakesMs = 0;
  /** What a start takes longer after a seek. */
  startAfterSeekTakesMs = 0;
  /** How far it falls back when it begins to restretch its sound. */
  tollMs = 0;
  readonly seeks: number[] = [];
  readonly rates = new Set<number>();
  plays = 0;
  #busyMs = 0;
  #hasSought = false;

  async play(): Promise<PlayOutcome> {
    this.plays += 1;
    if (this.outcome === 'playing' || this.outcome === 'muted') {
      this.paused = false;
      const takesMs = this.startTakesMs + (this.#hasSought ? this.startAfterSeekTakesMs : 0);
      this.#busyMs = Math.max(this.#busyMs, takesMs);
      this.#hasSought = false;
    }
    return this.outcome;
  }

  pause(): void {
    this.paused = true;
  }

  seek(positionMs: number): void {
    this.seeks.push(positionMs);
    this.#hasSought = this.paused;
    this.positionMs = positionMs;
    this.#busyMs = this.seekTakesMs;
    this.seeking = this.seekTakesMs > 0;
  }

  setRate(rate: number): void {
    if (this.rate === 1 && rate !== 1) this.positionMs -= this.tollMs;
    this.rate = rate;
    this.rates.add(rate);
  }

  /** Lets time pass. */
  pass(ms: number): void {
    const busyMs = Math.min(ms, this.#busyMs);
    this.#busyMs -= busyMs;
    if (this.#busyMs === 0) this.seeking = false;
    if (!this.paused && this.ready) this.positionMs += (ms - busyMs) * this.rate * this.speed;
  }
}
