import { describe, expect, it } from 'vitest';
import { LOOK_PAUSE_MS, Steps } from '../src/player/steps';
import { SETTLE_MS } from '../src/sync/nudge';

const STEP_MS = 40;

/** As Firefox tells a position: true when it comes, and then the same for a while. */
const inSteps = (positionMs: number) => Math.floor(positionMs / STEP_MS) * STEP_MS;
const flowing = (positionMs: number) => positionMs;

interface Watched {
  rate?: number;
  /** Position at a moment, ms. */
  at?: (ms: number) => number;
}

/** Looks at a player for some time; how far off each answer is, ms. */
function offs(
  steps: Steps,
  told: (positionMs: number) => number,
  fromMs: number,
  untilMs: number,
  { rate = 1, at = (ms) => ms * rate }: Watched = {},
): number[] {
  const seen: number[] = [];
  for (let ms = fromMs; ms < untilMs; ms += LOOK_PAUSE_MS + (seen.length % 3)) {
    seen.push(steps.look(ms, told(at(ms)), rate) - at(ms));
  }
  return seen;
}

describe('a position that is told in steps', () => {
  it('is taken as told until the browser is known, and then reckoned on', () => {
    const steps = new Steps();
    expect(Math.min(...offs(steps, inSteps, 0, 500))).toBeLessThan(-30);
    const known = offs(steps, inSteps, 1_000, 5_000);
    expect(Math.min(...known.slice(20))).toBeGreaterThan(-8);
    expect(Math.max(...known)).toBeLessThanOrEqual(0.001);
    expect(steps.worthLooking).toBe(true);
  });

  it('is guessed at by the time that a first start is judged', () => {
    const first = offs(new Steps(), inSteps, 0, 500).slice(SETTLE_MS / (LOOK_PAUSE_MS + 1));
    expect(Math.min(...first)).toBeGreaterThan(-8);
    expect(Math.max(...first)).toBeLessThanOrEqual(0.001);
  });

  it('is reckoned on at the rate of the room', () => {
    const steps = new Steps();
    offs(steps, inSteps, 0, 1_000);
    steps.forget();
    const known = offs(steps, inSteps, 1_000, 3_000, { rate: 1.5 });
    expect(Math.min(...known.slice(20))).toBeGreaterThan(-12);
    expect(Math.max(...known)).toBeLessThanOrEqual(0.001);
  });

  it('is believed once a player has fallen behind, whoever said nothing about it', () => {
    const steps = new Steps();
    offs(steps, inSteps, 0, 1_000);
    const stuck = { at: (ms: number) => Math.min(ms, 2_000) };
    const seen = offs(steps, inSteps, 1_000, 3_000, stuck);
    expect(Math.max(...seen)).toBeLessThanOrEqual(60);
    expect(Math.abs(seen.at(-1) ?? Number.NaN)).toBeLessThan(1);
  });

  it('stands until the player has begun to move, however long a start takes', () => {
    const steps = new Steps();
    offs(steps, inSteps, 0, 1_000);
    steps.forget();
    const late = { at: (ms: number) => Math.max(2_000, ms - 100) };
    const seen = offs(steps, inSteps, 2_000, 4_000, late);
    expect(Math.max(...seen)).toBeLessThanOrEqual(0.001);
  });
});

it('a position that flows is never touched, and not looked at often for long', () => {
  const steps = new Steps();
  expect(steps.worthLooking).toBe(true);
  expect(offs(steps, flowing, 0, 1_000).every((off) => off === 0)).toBe(true);
  expect(steps.worthLooking).toBe(false);
  const stuck = { at: (ms: number) => Math.min(ms, 2_000) };
  expect(offs(steps, flowing, 1_000, 3_000, stuck).every((off) => off === 0)).toBe(true);
});
