import { beforeEach, describe, expect, it } from 'vitest';
import {
  ANTICIPATE_MAX_MS,
  Controller,
  type Report,
  SEEK_OVER_MS,
  TICK_MS,
} from '../src/sync/controller';
import { NUDGE_FROM_MS, NUDGE_MAX } from '../src/sync/nudge';
import type { PlayOutcome } from '../src/sync/player';
import { playback, ROOM_NOW_MS } from './playback';
import { SimulatedPlayer } from './simulated-player';

const STEP_MS = 10;

describe('controller', () => {
  let player: SimulatedPlayer;
  let controller: Controller;
  let elapsedMs = 0;
  let starts: PlayOutcome[];

  beforeEach(() => {
    player = new SimulatedPlayer();
    elapsedMs = 0;
    starts = [];
    controller = new Controller({
      player,
      roomNowMs: () => ROOM_NOW_MS + elapsedMs,
      localNowMs: () => elapsedMs,
      onStart: (outcome) => starts.push(outcome),
    });
  });

  async function run(ms: number): Promise<Report> {
    let report: Report | null = null;
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      if (controller.nextTickMs < STEP_MS) report = controller.tick();
      await Promise.resolve();
      player.pass(STEP_MS);
      elapsedMs += STEP_MS;
    }
    report = controller.tick();
    if (!report) throw new Error('nothing to compare');
    return report;
  }

  /** Puts a player that has run for long so far off, as a stutter would. */
  async function runningOff(offMs: number, rate = 1): Promise<void> {
    player.positionMs = 10_000;
    controller.setPlayback(playback({ rate }), player.durationMs);
    await run(5_000);
    player.positionMs = 10_000 + elapsedMs * rate + offMs;
    player.seeks.length = 0;
    player.rates.clear();
  }

  it('is not ready while it goes to where the room waits for it', async () => {
    player.positionMs = 12_000;
    player.seekTakesMs = 300;
    const hold = { user: 'me', reason: 'buffering' as const, until_ms: ROOM_NOW_MS + 15_000 };
    controller.setPlayback(playback({ holds: [hold], since_ms: hold.until_ms }), player.durationMs);
    expect(controller.tick()?.stalled).toBe(true);
    expect(player.seeks).toEqual([10_000]);
    expect((await run(400)).stalled).toBe(false);
  });

  it('does nothing before the room is known', () => {
    expect(controller.tick()).toBeNull();
    expect(player.plays).toBe(0);
  });

  it('leaves a drift below the threshold alone', async () => {
    await runningOff(NUDGE_FROM_MS - 1);
    await run(3_000);
    expect([...player.rates]).toEqual([1]);
    expect(player.seeks).toEqual([]);
  });

  it.each([NUDGE_FROM_MS, -NUDGE_FROM_MS, 200, -200, SEEK_OVER_MS, -SEEK_OVER_MS])(
    'nudges %i ms away by rate alone, within its limit, and then stops nudging',
    async (offMs) => {
      await runningOff(offMs);
      const report = await run(15_000);
      expect(Math.abs(report.driftMs)).toBeLessThan(5);
      expect(player.seeks).toEqual([]);
      expect(player.rate).toBe(1);
      expect(Math.max(...player.rates)).toBeLessThanOrEqual(1 + NUDGE_MAX);
      expect(Math.min(...player.rates)).toBeGreaterThanOrEqual(1 - NUDGE_MAX);
    },
  );

  it('nudges around the rate of the room', async () => {
    await runningOff(100, 1.5);
    await run(600);
    expect(player.rate).toBeLessThan(1.5);
    expect(player.rate).toBeGreaterThanOrEqual(1.5 * (1 - NUDGE_MAX));
  });

  it('learns what it costs to begin a nudge', async () => {
    player.tollMs = 25;
    await runningOff(-30);
    await run(4_000);
    player.positionMs -= 30;
    const report = await run(2_500);
    expect(Math.abs(report.driftMs)).toBeLessThan(NUDGE_FROM_MS);
  });

  it('lands anew when a nudge is not enough, and learns what a seek costs', async () => {
    player.seekTakesMs = 400;
    await runningOff(-SEEK_OVER_MS - 1);
    await run(8_000);
    const firstSeeks = player.seeks.length;
    expect(firstSeeks).toBeGreaterThan(0);
    player.positionMs -= 5_000;
    const report = await run(1_500);
    expect(player.seeks).toHaveLength(firstSeeks + 1);
    expect(Math.abs(report.driftMs)).toBeLessThan(60);
  });

  it('waits for the room instead of seeking when it is ahead', async () => {
    await runningOff(SEEK_OVER_MS + 1);
    const report = await run(1_000);
    expect(player.seeks).toEqual([]);
    expect(Math.abs(report.driftMs)).toBeLessThan(60);
  });

  it('does not ask to be waited for because its own seeks are slow', async () => {
    player.seekTakesMs = 2_000;
    await runningOff(-5_000);
    await run(20_000);
    player.positionMs -= 5_000;
    player.seeks.length = 0;
    for (let looked = 0; looked < 20; looked += 1) {
      expect((await run(TICK_MS)).stalled).toBe(false);
    }
    expect(player.seeks).toHaveLength(1);
  });

  it('is not carried beyond its aim when looks come seldom', async () => {
    await runningOff(-200);
    for (let looked = 0; looked < 30; looked += 1) {
      controller.tick();
      player.pass(1_000);
      elapsedMs += 1_000;
    }
    const report = await run(STEP_MS);
    expect(Math.abs(report.driftMs)).toBeLessThan(NUDGE_FROM_MS + 20);
    expect(player.seeks).toEqual([]);
  });

  it('follows jumps of the room at once, even in the middle of a seek, and learns nothing false', async () => {
    player.seekTakesMs = 300;
    await runningOff(0);
    for (const position_ms of [50_000, 90_000, 130_000]) {
      const jump = playback({ position_ms, since_ms: ROOM_NOW_MS + elapsedMs });
      controller.setPlayback(jump, player.durationMs);
      await run(TICK_MS);
    }
    expect(player.seeks).toHaveLength(3);
    const report = await run(3_000);
    expect(player.seeks).toHaveLength(3);
    expect(Math.abs(report.driftMs)).toBeLessThan(60);
  });

  it('keeps a fast device in step without ever seeking', async () => {
    player.speed = 1.002;
    await runningOff(0);
    const report = await run(60_000);
    expect(Math.abs(report.driftMs)).toBeLessThan(NUDGE_FROM_MS + 5);
    expect(player.seeks).toEqual([]);
  });

  it('pauses on the very frame', async () => {
    await runningOff(0);
    controller.setPlayback(
      playback({ paused: true, position_ms: 10_777, since_ms: ROOM_NOW_MS + elapsedMs }),
      player.durationMs,
    );
    await run(300);
    expect(player.paused).toBe(true);
    expect(player.positionMs).toBe(10_777);
    expect(player.seeks).toEqual([10_777]);
  });

  it('does not seek for ever on media that cannot land on the frame', async () => {
    controller.setPlayback(playback({ paused: true }), player.durationMs);
    controller.tick();
    player.positionMs = 10_040;
    await run(5_000);
    expect(player.seeks).toHaveLength(1);
  });

  it('starts with the room, allowing for its own slow start', async () => {
    player.positionMs = 10_000;
    player.startTakesMs = 60;
    controller.setPlayback(playback({ since_ms: ROOM_NOW_MS + 500 }), player.durationMs);
    await run(400);
    expect(player.plays).toBe(0);
    const report = await run(1_500);
    expect(player.plays).toBe(1);
    expect(Math.abs(report.driftMs)).toBeLessThan(50);
  });

  it('knows after a pause of the person here that nothing was sought', async () => {
    player.seekTakesMs = 100;
    player.startAfterSeekTakesMs = 80;
    await runningOff(0);
    player.pause();
    const position_ms = Math.round(player.positionMs);
    const stands = playback({ position_ms, paused: true, since_ms: ROOM_NOW_MS + elapsedMs });
    controller.setPlayback(stands, player.durationMs);
    await run(1_000);
    expect(player.seeks).toEqual([]);
    const goesOn = playback({ position_ms, since_ms: ROOM_NOW_MS + elapsedMs + 300 });
    controller.setPlayback(goesOn, player.durationMs);
    const report = await run(500);
    expect(Math.abs(report.driftMs)).toBeLessThan(20);
  });

  it('catches up when it comes late', async () => {
    player.seekTakesMs = 300;
    elapsedMs = 30_000;
    controller.setPlayback(playback(), player.durationMs);
    const report = await run(8_000);
    expect(player.paused).toBe(false);
    expect(Math.abs(report.driftMs)).toBeLessThan(NUDGE_FROM_MS);
  });

  it('stands still while the room waits for someone', async () => {
    await runningOff(0);
    const untilMs = ROOM_NOW_MS + elapsedMs + 2_000;
    const holds = [{ user: 'petr', reason: 'buffering', until_ms: untilMs }];
    controller.setPlayback(
      playback({ position_ms: 11_000, since_ms: untilMs, holds }),
      player.durationMs,
    );
    await run(1_000);
    expect(player.paused).toBe(true);
    expect(player.positionMs).toBe(11_000);
    await run(1_500);
    expect(player.paused).toBe(false);
  });

  it('reports a stall and does not answer it with seeks', async () => {
    await runningOff(0);
    player.ready = false;
    const report = await run(3_000);
    expect(report.stalled).toBe(true);
    expect(player.seeks).toEqual([]);
  });

  it('tries a refused start again only after a touch', async () => {
    player.outcome = 'refused';
    player.startTakesMs = 80;
    controller.setPlayback(playback(), player.durationMs);
    await run(3_000);
    player.seeks.length = 0;
    await run(20_000);
    expect(starts).toEqual(['refused']);
    expect(player.seeks).toEqual([]);
    player.outcome = 'playing';
    controller.allowStart();
    const report = await run(1_500);
    expect(Math.abs(report.driftMs)).toBeLessThan(60);
    expect(starts).toEqual(['refused', 'playing']);
  });

  it('does not start a film that is over again', async () => {
    player.positionMs = player.durationMs;
    controller.setPlayback(playback({ position_ms: player.durationMs - 1_000 }), player.durationMs);
    elapsedMs = 5_000;
    const report = await run(1_000);
    expect(report.atEnd).toBe(true);
    expect(player.plays).toBe(0);
  });

  it('shows an own act at once and takes it back when the room stays silent', async () => {
    await runningOff(0);
    controller.anticipate(playback({ paused: true, position_ms: 11_000 }));
    await run(200);
    expect(player.paused).toBe(true);
    await run(ANTICIPATE_MAX_MS);
    expect(player.paused).toBe(false);
  });

  it('follows the word of the room over an own act', async () => {
    await runningOff(0);
    controller.anticipate(playback({ paused: true, position_ms: 11_000 }));
    controller.setPlayback(playback({ rate: 1.25 }), player.durationMs);
    expect(controller.shown?.paused).toBe(false);
    expect(controller.shown?.rate).toBe(1.25);
  });

  it('keeps an own offset to itself', async () => {
    controller.offsetMs = 300;
    await runningOff(300);
    const report = await run(2_000);
    expect(report.targetMs).toBe(10_000 + elapsedMs + 300);
    expect(Math.abs(report.driftMs)).toBeLessThan(NUDGE_FROM_MS);
  });
});
