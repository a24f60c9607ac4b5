/**
 * Follows as OpenTogetherTube does: what the room says counts from the moment it is heard, so
 * that everyone is late by their own line, and only more than a second off is mended, by a seek.
 */
import { Follower, SEEK_OVER_MS, TICK_MS } from './follower.mjs';

export { SEEK_OVER_MS, TICK_MS };

const HARD_SEEK_OVER_MS = 1_000;
const LOOK_EVERY_MS = 250;

export class Controller extends Follower {
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @override
   * @param {import('./follower.mjs').Playback} _playback
   * @param {number} driftMs
   * @param {boolean} isNews
   */
  follow(_playback, driftMs, isNews) {
    const { player, localNowMs } = this.parts;
    if (!isNews && localNowMs() - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = localNowMs();
    if (Math.abs(driftMs) > HARD_SEEK_OVER_MS) player.seek(player.positionMs - driftMs);
  }
}
