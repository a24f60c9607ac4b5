/**
 * Decides when the room is asked to wait for this player, and when it need not any more. It asks
 * once a stall. A first load is given longer: who comes late mostly catches up by themselves.
 */

/** Buffering shorter than this is nobody else's business. */
export const HOLD_AFTER_MS = 1_000;
/** The same for a film's first load. */
export const HOLD_AFTER_FIRST_MS = 5_000;
/** The room's answer to a `release` is awaited this long before it is said again. */
export const RELEASE_AGAIN_MS = 3_000;

export interface Look {
  nowMs: number;
  /** The film should be able to move and this player is not. */
  stalled: boolean;
  /** This player has played at least once since its film was put on. */
  hasPlayed: boolean;
  /** The page is in the background, where players are throttled on purpose. */
  hidden: boolean;
  /** The room waits for this person now. */
  held: boolean;
}

export class HoldWatch {
  #stalledSinceMs: number | null = null;
  #askedThisStall = false;
  #releasedAtMs: number | null = null;

  /** What to send now, if anything. */
  look({ nowMs, stalled, hasPlayed, hidden, held }: Look): 'hold' | 'release' | null {
    if (!held) this.#releasedAtMs = null;
    if (!stalled) {
      this.#stalledSinceMs = null;
      this.#askedThisStall = false;
      return held ? this.#release(nowMs) : null;
    }
    this.#stalledSinceMs ??= nowMs;
    const afterMs = hasPlayed ? HOLD_AFTER_MS : HOLD_AFTER_FIRST_MS;
    const longEnough = nowMs - this.#stalledSinceMs > afterMs;
    if (!longEnough || hidden || held || this.#askedThisStall) return null;
    this.#askedThisStall = true;
    return 'hold';
  }

  #release(nowMs: number): 'release' | null {
    if (this.#releasedAtMs !== null && nowMs - this.#releasedAtMs < RELEASE_AGAIN_MS) return null;
    this.#releasedAtMs = nowMs;
    return 'release';
  }
}
