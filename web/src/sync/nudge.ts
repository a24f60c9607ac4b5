/**
 * Small corrections by the rate alone. A nudge is planned to its end when it begins: so much
 * faster or slower for so long. While it lasts the player's position is not judged, because
 * players that restretch their sound tell it in coarse steps; at the room's own rate they tell it
 * well, so after each nudge they are given a moment at it.
 *
 * Beginning to restretch has its price: Chromium falls back by some 17 ms each time. What it is
 * here is learned and planned for.
 */
import { LearnedCost } from './learned';

/** Drift from which the rate is nudged. */
export const NUDGE_FROM_MS = 6;
/** Most that a nudge changes the rate, as a share of it. */
export const NUDGE_MAX = 0.05;
/** A nudge is to be done in this time. If its most is not enough for that, it goes on until here. */
export const NUDGE_TIME_MS = 1_000;
export const NUDGE_TIME_MAX_MS = 5_000;
/** A player runs at its own rate for this long before its position is believed. */
export const SETTLE_MS = 250;
/** Least change of the rate that a player can be trusted to make. */
const NUDGE_MIN = 0.002;
/** What beginning a nudge is thought to cost before it is known. */
const TOLL_FIRST_MS = 15;
/** What is judged is the middle one of the last looks, the first of which follow one another quickly. */
const LOOKS_KEPT = 3;
const LOOK_PAUSE_MS = 25;

interface Plan {
  /** The share by which the rate is changed: positive is faster. */
  readonly share: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly driftMs: number;
}

export class Nudge {
  readonly #toll = new LearnedCost(TOLL_FIRST_MS, 100);
  #plan: Plan | null = null;
  /** What the last nudge should have brought the player to, once its end can be seen. */
  #promisedMs: number | null = null;
  #judgeFromMs = 0;
  #looks: readonly number[] = [];

  /** The share by which the rate is changed now: positive is faster. */
  get share(): number {
    return this.#plan?.share ?? 0;
  }

  /** How long until the rate is to change again or a look is wanted, ms; infinite if neither is known. */
  dueInMs(nowMs: number): number {
    const untilMs = this.#plan?.untilMs ?? this.#judgeFromMs;
    if (nowMs < untilMs) return untilMs - nowMs;
    return this.#looks.length < LOOKS_KEPT ? LOOK_PAUSE_MS : Number.POSITIVE_INFINITY;
  }

  /** Something else has moved the player: what was planned and seen is void. */
  forget(nowMs: number): void {
    this.#promisedMs = null;
    this.#settle(nowMs);
  }

  /**
   * A look at a running player that is off by `driftMs`, ahead being positive. `lateMs` is how
   * much later than asked looks come: in a throttled page a nudge must last until the next one.
   */
  look(driftMs: number, rate: number, nowMs: number, lateMs: number): void {
    const plan = this.#plan;
    if (plan && nowMs >= plan.untilMs) {
      this.#promisedMs = plan.driftMs + plan.share * rate * (nowMs - plan.fromMs);
      this.#settle(nowMs);
    }
    if (this.#plan || nowMs < this.#judgeFromMs) return;
    this.#looks = [...this.#looks, driftMs].slice(-LOOKS_KEPT);
    if (this.#looks.length < LOOKS_KEPT && lateMs < LOOK_PAUSE_MS) return;
    const offMs = [...this.#looks].sort((a, b) => a - b)[this.#looks.length >> 1] ?? 0;
    if (this.#promisedMs !== null) this.#toll.learn(this.#promisedMs - offMs);
    this.#promisedMs = null;
    if (Math.abs(offMs) >= NUDGE_FROM_MS) this.#begin(offMs, rate, nowMs, lateMs);
  }

  #begin(offMs: number, rate: number, nowMs: number, lateMs: number): void {
    const gainMs = (this.#toll.ms - offMs) / rate;
    const wanted = Math.max(NUDGE_MIN, Math.abs(gainMs) / NUDGE_TIME_MS);
    const lastsMs = Math.min(Math.abs(gainMs) / Math.min(NUDGE_MAX, wanted), NUDGE_TIME_MAX_MS);
    const share = Math.min(NUDGE_MAX, Math.abs(gainMs) / Math.max(1, lastsMs, lateMs));
    this.#plan = {
      share: Math.sign(gainMs) * share,
      fromMs: nowMs,
      untilMs: nowMs + lastsMs,
      driftMs: offMs,
    };
  }

  #settle(nowMs: number): void {
    this.#plan = null;
    this.#looks = [];
    this.#judgeFromMs = nowMs + SETTLE_MS;
  }
}
