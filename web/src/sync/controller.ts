/**
 * Keeps one player in step with the room. It is ticked every `TICK_MS` and each time compares
 * where the player is with where the room is:
 *
 *   room stands  -> pause, on the very frame
 *   room runs    -> under 15 ms: leave it · up to 500 ms: nudge the rate · beyond: seek ahead
 *
 * It only ever moves the player. What it sees (buffering, a refused start) is reported to the
 * caller and never becomes a pause or a seek of the room.
 */
import type { Playback } from '../room/frames';
import { expectedPositionMs, isRunning } from './expected';
import { LearnedCost } from './learned';
import type { Player, PlayOutcome } from './player';

export const TICK_MS = 100;
/** Drift from which the rate is nudged. */
export const NUDGE_FROM_MS = 15;
/** Drift at which a nudge has done its work. */
export const NUDGE_UNTIL_MS = 5;
/** Drift beyond which only a seek helps. */
export const SEEK_OVER_MS = 500;
/** Most that a nudge changes the rate, as a share of it. */
export const NUDGE_MAX = 0.05;
/** A nudge aims to be done in this time. */
const NUDGE_TIME_MS = 1_000;
/** Rates are set in steps of this, so that the sound is not restretched at every tick. */
const RATE_STEP = 0.005;
/** Drift at rest that is less than a frame of any film. */
const REST_TOLERANCE_MS = 8;
/** Pause between two seeks, and between two tries to start. */
export const RETRY_MS = 1_000;
/** What an act of one's own shows before the room has answered; then the room's word holds. */
export const ANTICIPATE_MAX_MS = 2_000;
/** A new target that far from the old one is a jump of the room, not a correction. */
const JUMP_MS = 50;
/** The last moments, in which a player may already have stopped. */
const END_SLACK_MS = 50;

export interface Report {
  /** Where this player should be, own offset included, ms. */
  targetMs: number;
  /** Player minus target, ms: ahead is positive. */
  driftMs: number;
  /** The room's film is moving. */
  running: boolean;
  /** The film should be ready to move, and this player is not. */
  stalled: boolean;
  /** The film has reached its end. */
  atEnd: boolean;
}

export interface ControllerParts {
  player: Player;
  /** Room time in ms, null while unknown. */
  roomNowMs(): number | null;
  /** A monotonic local clock, ms. */
  localNowMs(): number;
  /** How a start went. */
  onStart(outcome: PlayOutcome): void;
}

export class Controller {
  /** The person's own shift for a slow screen, ms; touches nobody else. */
  offsetMs = 0;
  readonly #parts: ControllerParts;
  readonly #seekCost = new LearnedCost(150, 2_000);
  readonly #startCost = new LearnedCost(40, 500);
  #playback: Playback | null = null;
  #durationMs = 0;
  #anticipated: { playback: Playback; untilMs: number } | null = null;
  #starting = false;
  #refused = false;
  #retryAtMs = 0;
  #restedAtMs: number | null = null;
  #nudging = false;
  /** The playback of the last look, to notice jumps of the room. */
  #looked: Playback | null = null;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
  }

  /** The room's word on what to show. `durationMs` is 0 while unknown. */
  setPlayback(playback: Playback, durationMs: number): void {
    if (playback !== this.#playback) this.#anticipated = null;
    this.#playback = playback;
    this.#durationMs = durationMs;
  }

  /** Shows an act of this person at once, until the room has answered it. */
  anticipate(playback: Playback): void {
    this.#anticipated = { playback, untilMs: this.#parts.localNowMs() + ANTICIPATE_MAX_MS };
  }

  /** The room refused the act. */
  forgetAnticipated(): void {
    this.#anticipated = null;
  }

  /** A person touched the page: a start that was refused may be allowed now. */
  allowStart(): void {
    this.#refused = false;
    this.#retryAtMs = 0;
  }

  /** What is shown: the room's playback, or the act that waits for the room's answer. */
  get shown(): Playback | null {
    const anticipated = this.#anticipated;
    if (anticipated && this.#parts.localNowMs() < anticipated.untilMs) return anticipated.playback;
    return this.#playback;
  }

  /** Where the room is at this very moment, ms; null while unknown. */
  roomPositionMs(): number | null {
    const playback = this.shown;
    const nowMs = this.#parts.roomNowMs();
    return playback && nowMs !== null ? this.#expectedMs(playback, nowMs) : null;
  }

  /** Compares and corrects; null while the room or its time is not known. */
  tick(): Report | null {
    const playback = this.shown;
    const nowMs = this.#parts.roomNowMs();
    if (!playback || nowMs === null) return null;
    const { player } = this.#parts;
    const report = this.#compare(playback, nowMs);
    if (player.durationMs === 0) return report;
    const jumped = this.#hasJumped(playback, nowMs);
    // A player that stands needs a moment to start: ask for it that much earlier.
    const aheadMs = player.paused ? this.#startCost.ms : 0;
    const run = !report.atEnd && isRunning(playback, nowMs + aheadMs);
    if (jumped && run && !player.paused && Math.abs(report.driftMs) > SEEK_OVER_MS)
      this.#seekAhead(playback, report);
    else if (run) this.#follow(playback, report);
    else this.#rest(playback, report);
    return report;
  }

  #compare(playback: Playback, nowMs: number): Report {
    const { player } = this.#parts;
    const targetMs = Math.max(0, this.#expectedMs(playback, nowMs) + this.offsetMs);
    const lastMs = Math.min(this.#durationMs || Infinity, player.durationMs || Infinity);
    const atEnd = targetMs >= lastMs - END_SLACK_MS;
    return {
      targetMs,
      driftMs: player.positionMs - targetMs,
      running: !atEnd && isRunning(playback, nowMs),
      stalled: !playback.paused && !atEnd && !this.#refused && (player.seeking || !player.ready),
      atEnd,
    };
  }

  #expectedMs(playback: Playback, nowMs: number): number {
    const lengthMs = this.#durationMs || this.#parts.player.durationMs;
    return expectedPositionMs(playback, nowMs, lengthMs);
  }

  /** After a jump, what was learned on the way to the old place is void, and nothing is waited for. */
  #hasJumped(playback: Playback, nowMs: number): boolean {
    const before = this.#looked;
    this.#looked = playback;
    if (!before || before === playback) return false;
    const byMs = this.#expectedMs(playback, nowMs) - this.#expectedMs(before, nowMs);
    if (Math.abs(byMs) <= JUMP_MS) return false;
    this.#seekCost.forget();
    this.#startCost.forget();
    this.#retryAtMs = 0;
    return true;
  }

  /** The room stands: so does the player, on the same frame. */
  #rest(playback: Playback, { targetMs, driftMs }: Report): void {
    const { player } = this.#parts;
    this.#setRate(playback.rate);
    if (!player.paused) player.pause();
    if (player.seeking || Math.abs(driftMs) <= REST_TOLERANCE_MS) return;
    // Some media cannot land on the very millisecond; asking twice would not help.
    const asked = this.#restedAtMs !== null && Math.abs(this.#restedAtMs - targetMs) < 1;
    if (asked && (Math.abs(driftMs) <= SEEK_OVER_MS || !this.#mayRetry())) return;
    this.#restedAtMs = targetMs;
    this.#seek(targetMs);
  }

  /** The room runs: the player runs too, and is brought into step. */
  #follow(playback: Playback, report: Report): void {
    const { player } = this.#parts;
    this.#restedAtMs = null;
    const offMs = Math.abs(report.driftMs);
    if (player.paused || player.seeking || !player.ready) this.#setRate(playback.rate);
    if (player.paused) {
      if (offMs > SEEK_OVER_MS && !player.seeking && this.#mayRetry())
        this.#seekAhead(playback, report);
      this.#start();
      return;
    }
    if (player.seeking || !player.ready) return;
    const learned =
      this.#seekCost.observe(report.driftMs) || this.#startCost.observe(report.driftMs);
    if (learned === 'settling') return;
    if (offMs > SEEK_OVER_MS) {
      if (this.#mayRetry()) this.#seekAhead(playback, report);
      return;
    }
    this.#nudge(playback.rate, report.driftMs);
  }

  #nudge(rate: number, driftMs: number): void {
    const offMs = Math.abs(driftMs);
    if (offMs >= NUDGE_FROM_MS) this.#nudging = true;
    if (offMs < NUDGE_UNTIL_MS) this.#nudging = false;
    if (!this.#nudging) {
      this.#parts.player.setRate(rate);
      return;
    }
    const wanted = Math.min(NUDGE_MAX, Math.max(RATE_STEP, offMs / NUDGE_TIME_MS));
    const stepped = Math.round(wanted / RATE_STEP) * RATE_STEP;
    this.#parts.player.setRate(rate * (1 - Math.sign(driftMs) * stepped));
  }

  #setRate(rate: number): void {
    this.#nudging = false;
    this.#parts.player.setRate(rate);
  }

  #seekAhead(playback: Playback, { targetMs }: Report): void {
    this.#seek(targetMs + this.#seekCost.ms * playback.rate);
    this.#seekCost.spend();
  }

  #seek(positionMs: number): void {
    this.#retryAtMs = this.#parts.localNowMs() + RETRY_MS;
    const { player } = this.#parts;
    player.seek(Math.min(positionMs, player.durationMs));
  }

  #start(): void {
    const { player, localNowMs, onStart } = this.#parts;
    if (this.#starting || this.#refused) return;
    this.#starting = true;
    if (!player.seeking) this.#startCost.spend();
    void player.play().then((outcome) => {
      this.#starting = false;
      this.#refused = outcome === 'refused';
      if (outcome === 'failed') this.#retryAtMs = localNowMs() + RETRY_MS;
      onStart(outcome);
    });
  }

  #mayRetry(): boolean {
    return this.#parts.localNowMs() >= this.#retryAtMs;
  }
}
