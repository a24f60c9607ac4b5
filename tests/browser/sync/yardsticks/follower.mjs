/**
 * What the yardsticks have in common: the page's controller as `watching.svelte.ts` knows it, and
 * a place where the room is, known as far as one can know it without an estimate of clocks.
 * The person's own acts are not shown before the room has answered, and a stall is not told: none
 * of those followed here waits for anybody.
 */

/**
 * @typedef {{ paused: boolean, position_ms: number, rate: number, since_ms: number }} Playback
 * @typedef {{ positionMs: number, durationMs: number, paused: boolean, seeking: boolean,
 *   ready: boolean, play(): Promise<string>, pause(): void, seek(positionMs: number): void,
 *   setRate(rate: number): void }} Player
 * @typedef {{ player: Player, roomNowMs(): number | null, localNowMs(): number,
 *   onStart(outcome: string): void }} Parts
 */

export const TICK_MS = 100;
/** How the page's indicator tells a jump from a drift; nothing here depends on it. */
export const SEEK_OVER_MS = 500;
/** The last moments, in which a player may already have stopped. */
const END_SLACK_MS = 50;

export class Follower {
  offsetMs = 0;
  /** @type {Playback | null} */
  shown = null;
  #isNews = false;
  #durationMs = 0;
  #anchor = { positionMs: 0, atMs: 0 };
  #starting = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /** How old the room's word is when it arrives, as this follower believes, ms. */
  ageMs() {
    return 0;
  }

  /**
   * Brings the player to where the room is; called every `TICK_MS`.
   *
   * @param {Playback} _playback
   * @param {number} _driftMs
   * @param {boolean} _isNews the room has just spoken
   */
  follow(_playback, _driftMs, _isNews) {}

  /** @param {Playback} playback @param {number} durationMs */
  setPlayback(playback, durationMs) {
    this.#durationMs = durationMs;
    if (playback === this.shown) return;
    const isFirst = this.shown === null;
    this.shown = playback;
    this.#isNews = true;
    const { roomNowMs, localNowMs } = this.parts;
    // Who comes late is told where the room is by the server; a page only knows since when.
    const comesLate = isFirst && !playback.paused;
    const passedMs = comesLate ? (roomNowMs() ?? playback.since_ms) - playback.since_ms : 0;
    this.#anchor = {
      positionMs: playback.position_ms + passedMs * playback.rate,
      atMs: localNowMs() - this.ageMs(),
    };
  }

  anticipate() {}

  forgetAnticipated() {}

  allowStart() {}

  roomPositionMs() {
    if (!this.shown) return null;
    const passedMs = this.shown.paused ? 0 : this.parts.localNowMs() - this.#anchor.atMs;
    const positionMs = this.#anchor.positionMs + passedMs * this.shown.rate;
    return Math.min(positionMs, this.#durationMs || positionMs);
  }

  tick() {
    const { player } = this.parts;
    const playback = this.shown;
    const targetMs = this.roomPositionMs();
    if (!playback || targetMs === null) return null;
    const driftMs = player.positionMs - targetMs;
    const atEnd = targetMs >= (this.#durationMs || Number.POSITIVE_INFINITY) - END_SLACK_MS;
    if (player.durationMs > 0 && !player.seeking) {
      this.follow(playback, driftMs, this.#isNews);
      this.#isNews = false;
      if (playback.paused && !player.paused) player.pause();
      if (!playback.paused && !atEnd && player.paused) this.#start();
    }
    const running = !playback.paused && !atEnd;
    return { targetMs, driftMs, running, stalled: false, atEnd, nextLookMs: TICK_MS };
  }

  #start() {
    if (this.#starting) return;
    this.#starting = true;
    void this.parts.player.play().then((outcome) => {
      this.#starting = false;
      this.parts.onStart(outcome);
    });
  }
}
