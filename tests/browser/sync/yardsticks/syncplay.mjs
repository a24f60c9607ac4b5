/**
 * Follows with the thresholds of Syncplay: the age of the room's word is taken for half a round
 * trip; a seek beyond 4 s ahead or 5 s behind, slower by a twentieth from 1.5 s ahead until 0.1 s,
 * never faster; and on a pause or a jump of the room, to its place.
 *
 * It is treated kindly: it is told the true delay of its line instead of guessing it from a moving
 * average, and does not follow the slowest watcher back.
 */
import { Follower, SEEK_OVER_MS, TICK_MS } from './follower.mjs';

export { SEEK_OVER_MS, TICK_MS };

const REWIND_AHEAD_MS = 4_000;
const FAST_FORWARD_BEHIND_MS = 5_000;
const SLOW_DOWN_AHEAD_MS = 1_500;
const SLOW_DOWN_UNTIL_MS = 100;
const SLOW_DOWN = 0.95;
/** A change of place that far is a person's jump. */
const JUMP_MS = 1_000;

export class Controller extends Follower {
  #slow = false;

  /** @override */
  ageMs() {
    /** @type {{ measured: import('../in-page.mjs').Measured }} */
    const { measured } = /** @type {any} */ (window);
    return measured.delayMs;
  }

  /**
   * @override
   * @param {import('./follower.mjs').Playback} playback
   * @param {number} driftMs
   * @param {boolean} isNews
   */
  follow(playback, driftMs, isNews) {
    const { player } = this.parts;
    const placed = isNews && (playback.paused || Math.abs(driftMs) > JUMP_MS);
    if (placed || driftMs > REWIND_AHEAD_MS || driftMs < -FAST_FORWARD_BEHIND_MS) {
      player.seek(player.positionMs - driftMs);
      return;
    }
    if (driftMs > SLOW_DOWN_AHEAD_MS) this.#slow = true;
    if (driftMs < SLOW_DOWN_UNTIL_MS) this.#slow = false;
    player.setRate(playback.rate * (this.#slow ? SLOW_DOWN : 1));
  }
}
