/**
 * Where the room should be now. Derived, never ticked: a pure function of the playback that the
 * room agreed on and of the room's time, so every page computes the same number.
 */
import type { Playback } from './playback';

/** Position the room should have at room time `atMs`, in milliseconds of the film. */
export function expectedPositionMs(playback: Playback, atMs: number, durationMs: number): number {
  const elapsedMs = isRunning(playback, atMs) ? (atMs - playback.since_ms) * playback.rate : 0;
  const positionMs = Math.max(0, playback.position_ms + elapsedMs);
  return durationMs > 0 ? Math.min(positionMs, durationMs) : positionMs;
}

/** Does the film move at room time `atMs`? Not before its start, not while anyone is waited for. */
export function isRunning(playback: Playback, atMs: number): boolean {
  return !playback.paused && atMs >= startsAtMs(playback);
}

/** Room time at which a film that is not paused starts or has started: no wait is longer. */
export function startsAtMs(playback: Playback): number {
  return Math.max(playback.since_ms, ...playback.holds.map((hold) => hold.until_ms));
}

/** Is anyone waited for at room time `atMs`? A hold ends by itself at its `until_ms`. */
export function isHeld(playback: Playback, atMs: number): boolean {
  return playback.holds.some((hold) => hold.until_ms > atMs);
}
