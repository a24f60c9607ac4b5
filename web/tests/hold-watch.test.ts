import { beforeEach, describe, expect, it } from 'vitest';
import {
  HOLD_AFTER_FIRST_MS,
  HOLD_AFTER_MS,
  HoldWatch,
  type Look,
  RELEASE_AGAIN_MS,
} from '../src/sync/hold-watch';

const FINE: Look = { nowMs: 0, stalled: false, hasPlayed: true, hidden: false, held: false };

describe('hold watch', () => {
  let watch: HoldWatch;

  beforeEach(() => {
    watch = new HoldWatch();
  });

  const look = (change: Partial<Look>) => watch.look({ ...FINE, ...change });
  const stalled = (nowMs: number, change: Partial<Look> = {}) =>
    look({ nowMs, stalled: true, ...change });

  it('asks the room to wait past the limit, once a stall', () => {
    expect(stalled(0)).toBeNull();
    expect(stalled(HOLD_AFTER_MS)).toBeNull();
    expect(stalled(HOLD_AFTER_MS + 1)).toBe('hold');
    expect(stalled(HOLD_AFTER_MS + 100)).toBeNull();
    expect(stalled(HOLD_AFTER_MS + 60_000)).toBeNull();
  });

  it('asks again at the next stall', () => {
    stalled(0);
    expect(stalled(HOLD_AFTER_MS + 1)).toBe('hold');
    look({ nowMs: 3_000 });
    stalled(4_000);
    expect(stalled(4_000 + HOLD_AFTER_MS + 1)).toBe('hold');
  });

  it('does not count stutters together', () => {
    stalled(0);
    look({ nowMs: 900 });
    expect(stalled(1_100)).toBeNull();
    expect(stalled(1_900)).toBeNull();
  });

  it('says once that it is ready, and again if nobody answers', () => {
    expect(look({ nowMs: 0, held: true })).toBe('release');
    expect(look({ nowMs: 100, held: true })).toBeNull();
    expect(look({ nowMs: RELEASE_AGAIN_MS, held: true })).toBe('release');
  });

  it('releases a hold that arrives after the player has recovered', () => {
    stalled(0);
    expect(stalled(HOLD_AFTER_MS + 1)).toBe('hold');
    expect(look({ nowMs: 1_100 })).toBeNull();
    expect(look({ nowMs: 1_200, held: true })).toBe('release');
  });

  it('gives a first load longer', () => {
    const loading = { hasPlayed: false };
    stalled(0, loading);
    expect(stalled(HOLD_AFTER_FIRST_MS, loading)).toBeNull();
    expect(stalled(HOLD_AFTER_FIRST_MS + 1, loading)).toBe('hold');
  });

  it.each([
    ['a hidden page', { hidden: true }],
    ['someone the room waits for already', { held: true }],
  ])('asks nothing for %s', (_, change) => {
    stalled(0, change);
    expect(stalled(60_000, change)).toBeNull();
  });
});
