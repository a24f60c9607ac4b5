import { describe, expect, it } from 'vitest';
import { TAP_SEEK_MS, TAPS_TOGETHER_MS, Taps } from '../src/player/double-tap';

describe('taps', () => {
  it('jump on the second, forward on the right and back on the left', () => {
    const taps = new Taps();
    expect(taps.tap(0, 0.8)).toEqual({ kind: 'single' });
    expect(taps.tap(100, 0.9)).toEqual({
      kind: 'seek',
      deltaMs: TAP_SEEK_MS,
      totalMs: TAP_SEEK_MS,
    });
    expect(taps.tap(5_000, 0.1)).toEqual({ kind: 'single' });
    expect(taps.tap(5_100, 0.2)).toMatchObject({ deltaMs: -TAP_SEEK_MS });
  });

  it('add up while they go on', () => {
    const taps = new Taps();
    for (const nowMs of [0, 100, 200]) taps.tap(nowMs, 0.9);
    expect(taps.tap(300, 0.9)).toMatchObject({ deltaMs: TAP_SEEK_MS, totalMs: 3 * TAP_SEEK_MS });
  });

  it('are single when they are apart in time or in place', () => {
    const taps = new Taps();
    taps.tap(0, 0.9);
    expect(taps.tap(TAPS_TOGETHER_MS + 1, 0.9)).toEqual({ kind: 'single' });
    expect(taps.tap(TAPS_TOGETHER_MS + 2, 0.1)).toEqual({ kind: 'single' });
  });
});
