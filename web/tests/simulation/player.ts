/** A player on simulated time: starts and seeks take their while, data may run out, it drifts. */
import type { Player, PlayOutcome } from '../../src/sync/player';
import type { Chance, Time } from './time';

export interface PlayerHabits {
  /** What a seek takes, ms, give or take a half. */
  seekTakesMs: number;
  /** What a start takes, ms, give or take a quarter: after a seek, and after a mere pause. */
  startTakesMs: number;
  resumeTakesMs: number;
  /** How much faster than real time its own clock runs: 1.0001 gains a second in 10,000. */
  speed: number;
  /** How far it falls back when it begins to restretch its sound, ms. */
  tollMs: number;
}

export class ModelPlayer implements Player {
  readonly durationMs = 7_200_000;
  paused = true;
  readonly seeksAtMs: number[] = [];
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #habits: PlayerHabits;
  readonly #listeners = new Set<() => void>();
  #positionMs = 0;
  #movedAtMs = 0;
  #rate = 1;
  /** It moves from here on, unless data is missing. */
  #busyUntilMs = 0;
  #seekingUntilMs = 0;
  /** It has been somewhere else since it last ran. */
  #hasSought = true;
  #starvedUntilMs = 0;

  constructor(time: Time, chance: Chance, habits: PlayerHabits) {
    this.#time = time;
    this.#chance = chance;
    this.#habits = habits;
  }

  get positionMs(): number {
    this.#move();
    return this.#positionMs;
  }

  get seeking(): boolean {
    return this.#time.nowMs < this.#seekingUntilMs;
  }

  get ready(): boolean {
    return this.#time.nowMs >= this.#starvedUntilMs && !this.seeking;
  }

  get rate(): number {
    return this.#rate;
  }

  play(): Promise<PlayOutcome> {
    this.#move();
    if (this.paused) {
      const { startTakesMs, resumeTakesMs } = this.#habits;
      const takesMs = this.#hasSought ? startTakesMs : resumeTakesMs;
      this.#busy(takesMs * this.#chance.between(0.75, 1.25));
    }
    this.paused = false;
    this.#hasSought = false;
    return Promise.resolve('playing');
  }

  pause(): void {
    this.#move();
    this.paused = true;
  }

  seek(positionMs: number): void {
    this.#move();
    this.seeksAtMs.push(this.#time.nowMs);
    this.#positionMs = positionMs;
    this.#hasSought = this.paused;
    const tookMs = this.#habits.seekTakesMs * this.#chance.between(0.5, 1.5);
    this.#seekingUntilMs = this.#time.nowMs + tookMs;
    this.#busy(tookMs + (this.paused ? 0 : this.#habits.startTakesMs));
    this.#tellAt(this.#seekingUntilMs);
  }

  setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.#move();
    const restretches = !Number.isInteger(rate * 4);
    if (restretches && !this.paused) this.#positionMs -= this.#habits.tollMs;
    this.#rate = rate;
  }

  onChange(look: () => void): () => void {
    this.#listeners.add(look);
    return () => this.#listeners.delete(look);
  }

  /** The data runs out for so long. */
  starve(ms: number): void {
    this.#move();
    this.#starvedUntilMs = this.#time.nowMs + ms;
    this.#busy(ms);
    this.#tellAt(this.#starvedUntilMs);
  }

  /** The machine sleeps for so long. */
  sleep(ms: number): void {
    this.#move();
    this.#busy(ms);
  }

  #busy(ms: number): void {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#time.nowMs + ms);
  }

  #tellAt(atMs: number): void {
    this.#time.at(atMs, () => {
      for (const look of this.#listeners) look();
    });
  }

  #move(): void {
    const fromMs = Math.max(this.#movedAtMs, this.#busyUntilMs);
    const passedMs = Math.max(0, this.#time.nowMs - fromMs);
    this.#movedAtMs = this.#time.nowMs;
    if (!this.paused) this.#positionMs += passedMs * this.#rate * this.#habits.speed;
  }
}
