/** A playback to start examples from. */
import type { Playback } from '../src/room/frames';

export const ROOM_NOW_MS = 1_800_000_000_000;

export function playback(change: Partial<Playback> = {}): Playback {
  return {
    movie_id: 'film',
    paused: false,
    position_ms: 10_000,
    rate: 1,
    since_ms: ROOM_NOW_MS,
    holds: [],
    ...change,
  };
}
