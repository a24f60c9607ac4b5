/** A line between a member and the room: late, uneven, with losses that are sent again; in order. */
import type { Chance, Time } from './time';

export interface LineHabits {
  delayMs: number;
  /** How much the delay differs, as a share of it. */
  jitter: number;
  /** How often a frame has to be sent again, which makes it, and those behind it, late. */
  loss: number;
}

/** Before a lost frame is sent again. */
const RESEND_MS = 250;

export class Line {
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #habits: LineHabits;
  #lastMs = 0;

  constructor(time: Time, chance: Chance, habits: LineHabits) {
    this.#time = time;
    this.#chance = chance;
    this.#habits = habits;
  }

  carry(arrive: () => void): void {
    const { delayMs, jitter, loss } = this.#habits;
    let lateMs = delayMs * this.#chance.between(1 - jitter, 1 + jitter);
    while (this.#chance.next() < loss) lateMs += RESEND_MS;
    this.#lastMs = Math.max(this.#lastMs, this.#time.nowMs + lateMs);
    this.#time.at(this.#lastMs, arrive);
  }
}
