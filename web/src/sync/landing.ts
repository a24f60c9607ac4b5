/**
 * When the player may be moved by force, and what that costs on this device. A landing is a seek
 * to a place a little ahead, where the player waits until the room comes by: so it meets the room
 * exactly, however long the seek took.
 *
 * Landings that do not help are repeated ever more seldom, so that a player that cannot keep up is
 * never sent around in circles.
 */
import { LearnedCost } from './learned';

/** Off by more than this, a player that was just moved or stopped is put right by force. */
export const LAND_OVER_MS = 60;
/** Where seeks take long: off by more than this share of what one takes. */
const WORTH = 0.25;
/** Off by more than this, any player is. */
export const SEEK_OVER_MS = 500;
/** Landings in a row that follow one another at once. */
const QUICK_LANDINGS = 2;
/** Pause before a third landing in a row; it doubles with each further one, up to the limit. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** A landing after that long a time is not "in a row" any more. */
const CALM_MS = 30_000;
/** A player that has run this long without being far off has arrived. */
const ARRIVED_AFTER_MS = 3_000;
/** Waited for the room, on top of what a seek usually takes. */
const MARGIN_MS = 60;

export class Landing {
  readonly #seekCost = new LearnedCost(200, 2_000);
  #begunMs: number | null = null;
  #runsSinceMs: number | null = null;
  #inRow = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** How far ahead of the room to aim, ms: a landing that came late is repeated with more room. */
  get aheadMs(): number {
    const { ms, lastMs } = this.#seekCost;
    return (this.#inRow > 0 ? Math.max(ms, lastMs) : ms) + MARGIN_MS;
  }

  /** The room itself has moved, or stands: what was tried before counts no more. */
  renew(): void {
    this.#inRow = 0;
    this.interrupted();
  }

  /** The player stands still, whatever the reason: it has yet to arrive. */
  interrupted(): void {
    this.#runsSinceMs = null;
  }

  /** Is a player that is so far off to be put right by force? Asked at every look at a running one. */
  isDue(offMs: number, nowMs: number): boolean {
    this.#runsSinceMs ??= nowMs;
    if (nowMs < this.#mayAgainMs()) return false;
    const hasArrived = nowMs - this.#runsSinceMs >= ARRIVED_AFTER_MS;
    if (hasArrived || this.#inRow >= QUICK_LANDINGS) return offMs > SEEK_OVER_MS;
    // Where a seek takes long, a nudge is the lesser evil up to a larger distance.
    return offMs > Math.min(SEEK_OVER_MS, Math.max(LAND_OVER_MS, this.aheadMs * WORTH));
  }

  /** A seek of ours is on its way, and takes no longer than they do for so long yet: 0 if not. */
  onTimeForMs(nowMs: number): number {
    return this.#begunMs === null ? 0 : Math.max(0, this.#begunMs + this.aheadMs - nowMs);
  }

  begin(nowMs: number): void {
    this.#inRow = nowMs - this.#lastMs > CALM_MS ? 1 : this.#inRow + 1;
    this.#lastMs = nowMs;
    this.#begunMs = nowMs;
    this.interrupted();
  }

  /** The player stands where it was sent, with data to go on. */
  done(nowMs: number): void {
    if (this.#begunMs !== null) this.#seekCost.learn(nowMs - this.#begunMs);
    this.#begunMs = null;
  }

  /** The seek was overtaken by something else: it teaches nothing. */
  forget(): void {
    this.#begunMs = null;
  }

  #mayAgainMs(): number {
    const doublings = this.#inRow - QUICK_LANDINGS;
    if (doublings < 0) return this.#lastMs;
    return this.#lastMs + Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** doublings);
  }
}
