import { beforeEach, describe, expect, it } from 'vitest';
import { RoomClock, SAMPLES_KEPT_MAX } from '../src/sync/clock';

const SERVER_AHEAD_MS = 1_800_000_000_000;

describe('room clock', () => {
  let localMs = 0;
  let clock: RoomClock;

  beforeEach(() => {
    localMs = 1_000;
    clock = new RoomClock(() => localMs);
  });

  /** A ping that takes `thereMs` on its way out and `backMs` on its way back. */
  function pong(thereMs: number, backMs: number, aheadMs = SERVER_AHEAD_MS): void {
    const sentMs = localMs;
    localMs += thereMs + backMs;
    clock.addSample(sentMs, sentMs + thereMs + aheadMs);
  }

  it('knows nothing at first', () => {
    expect(clock.nowMs()).toBeNull();
    expect(clock.roundTripMs()).toBeNull();
  });

  it('has a rough idea until the first sample', () => {
    clock.setRough(5_000);
    localMs += 10;
    expect(clock.nowMs()).toBe(5_010);
    pong(20, 20);
    expect(clock.nowMs()).toBe(localMs + SERVER_AHEAD_MS);
  });

  it('trusts the sample with the least round trip', () => {
    pong(200, 20);
    pong(5, 5);
    pong(10, 190);
    expect(clock.roundTripMs()).toBe(10);
    expect(clock.nowMs()).toBe(localMs + SERVER_AHEAD_MS);
  });

  it('knows more from several samples than from the best of them', () => {
    pong(5, 35);
    expect(clock.nowMs()).toBe(localMs + SERVER_AHEAD_MS - 15);
    pong(35, 5);
    expect(clock.nowMs()).toBeCloseTo(localMs + SERVER_AHEAD_MS, 1);
  });

  it('asks quickly at first, and again after a jump', () => {
    const pausesMs = Array.from({ length: SAMPLES_KEPT_MAX }, () => clock.pinged());
    expect(pausesMs[0]).toBe(200);
    expect(pausesMs.at(-1)).toBe(10_000);
    pong(5, 5);
    pong(5, 5, SERVER_AHEAD_MS + 60_000);
    expect(clock.pinged()).toBe(200);
  });

  it('forgets a good sample after the last ones kept', () => {
    pong(1, 1);
    for (let count = 0; count < SAMPLES_KEPT_MAX - 1; count += 1) pong(50, 50);
    expect(clock.roundTripMs()).toBe(2);
    pong(50, 50);
    expect(clock.roundTripMs()).toBe(100);
  });

  it('starts anew when the clock has jumped, as after sleep', () => {
    pong(5, 5);
    pong(30, 30, SERVER_AHEAD_MS + 60_000);
    expect(clock.nowMs()).toBe(localMs + SERVER_AHEAD_MS + 60_000);
  });

  it('passes over a sample from the future', () => {
    clock.addSample(localMs + 1, SERVER_AHEAD_MS);
    expect(clock.nowMs()).toBeNull();
  });
});
