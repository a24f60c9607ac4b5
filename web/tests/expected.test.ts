import { describe, expect, it } from 'vitest';
import { expectedPositionMs, isHeld, isRunning } from '../src/sync/expected';
import { playback, ROOM_NOW_MS } from './playback';

const DURATION_MS = 60_000;
const held = { user: 'petr', reason: 'buffering', until_ms: ROOM_NOW_MS + 9_000 };

describe('expected position', () => {
  it.each([
    ['runs from its start', playback(), 2_500, 12_500],
    ['runs at its rate', playback({ rate: 1.5 }), 2_000, 13_000],
    ['stands while paused', playback({ paused: true }), 2_500, 10_000],
    ['stands until its start', playback({ since_ms: ROOM_NOW_MS + 100 }), 99, 10_000],
    ['starts at its start', playback({ since_ms: ROOM_NOW_MS + 100 }), 150, 10_050],
    ['ends at the end of the film', playback({ position_ms: 59_000 }), 5_000, DURATION_MS],
    ['never lies before the beginning', playback({ position_ms: 0, paused: true }), 10, 0],
    [
      'stands while someone is waited for',
      playback({ since_ms: held.until_ms, holds: [held] }),
      8_999,
      10_000,
    ],
    [
      'goes on by itself when the wait is over',
      playback({ since_ms: held.until_ms, holds: [held] }),
      9_250,
      10_250,
    ],
  ])('%s', (_, given, afterMs, wantedMs) => {
    expect(expectedPositionMs(given, ROOM_NOW_MS + afterMs, DURATION_MS)).toBe(wantedMs);
  });

  it('has no end while the length is unknown', () => {
    expect(expectedPositionMs(playback(), ROOM_NOW_MS + 100_000, 0)).toBe(110_000);
  });

  it('tells waiting and running apart at the very moment', () => {
    const waiting = playback({ since_ms: held.until_ms, holds: [held] });
    expect(isHeld(waiting, held.until_ms - 1)).toBe(true);
    expect(isHeld(waiting, held.until_ms)).toBe(false);
    expect(isRunning(waiting, held.until_ms - 1)).toBe(false);
    expect(isRunning(waiting, held.until_ms)).toBe(true);
  });
});
