/**
 * Keeps one player in step with the room. It is ticked every `TICK_MS`, or earlier when it asks
 * for that, and each time compares where the player is with where the room is:
 *
 *   room stands  -> pause, on the very frame
 *   room runs    -> start at the very moment the room comes by · once running: leave it, nudge
 *                   its rate, or land it anew
 *
 * It only ever moves the player. What it sees (buffering, a refused start) is reported to the
 * caller and never becomes a pause or a seek of the room.
 */
import { expectedPositionMs, isRunning, startsAtMs } from './expected';
import { Landing } from './landing';
import { LearnedCost } from './learned';
import { Nudge, SETTLE_MS } from './nudge';
import type { Playback } from './playback';
import type { Player, PlayOutcome } from './player';

export { SEEK_OVER_MS } from './landing';

export const TICK_MS = 100;
/** What an act of one's own shows before the room has answered; then the room's word holds. */
export const ANTICIPATE_MAX_MS = 2_000;
/** A player so little ahead waits for the room; one that is further ahead is sent back. */
export const WAIT_MAX_MS = 2_500;
/** Drift at rest that is less than what tells two frames apart. */
const REST_TOLERANCE_MS = 1;
/** Pause before a start that failed is tried again. */
const RETRY_MS = 1_000;
/** A player that is not ready by then is told to play, ready or not. */
const LOAD_MAX_MS = 1_000;
/** Timers are no more exact than this. */
const TIMER_SLACK_MS = 1;
/** The last moments, in which a player may already have stopped. */
const END_SLACK_MS = 50;

interface Place {
  /** Where this player should be, own offset included, ms. */
  targetMs: number;
  /** Player minus target, ms: ahead is positive. */
  driftMs: number;
  /** The room's film is moving. */
  running: boolean;
  /** The film has reached its end. */
  atEnd: boolean;
}

export interface Report extends Place {
  /** The film should be ready to move, and this player is not. */
  stalled: boolean;
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

interface Begun {
  readonly atMs: number;
  /** What it was thought to take, and where what it took is learned. */
  readonly allowedMs: number;
  readonly cost: LearnedCost;
  /** How far off it should leave the player, null if that cannot be said. */
  readonly driftMs: number | null;
}

export class Controller {
  /** The person's own shift for a slow screen, ms; touches nobody else. */
  offsetMs = 0;
  readonly #parts: ControllerParts;
  readonly #landing = new Landing();
  readonly #nudge = new Nudge();
  /** A start right after a seek takes longer than one after a mere pause, whoever paused. */
  readonly #startCosts = { sought: new LearnedCost(80, 500), paused: new LearnedCost(10, 500) };
  #startCost = this.#startCosts.sought;
  #playback: Playback | null = null;
  #durationMs = 0;
  #anticipated: { playback: Playback; untilMs: number } | null = null;
  #refused = false;
  /** The start that is awaited, or null; an older one's outcome is nobody's business. */
  #starting: symbol | null = null;
  #startAgainAtMs = 0;
  /** A start whose effect has not been judged yet. */
  #begun: Begun | null = null;
  #unreadySinceMs: number | null = null;
  #restedAtMs: number | null = null;
  #looked: Playback | null = null;
  /** Null before the first tick, which is due at once. */
  #nextTickAtMs: number | null = null;

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
    if (this.#refused) this.#landing.renew();
    this.#refused = false;
    this.#startAgainAtMs = 0;
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

  /** How long until the next tick, ms: at most `TICK_MS`. */
  get nextTickMs(): number {
    const dueMs = (this.#nextTickAtMs ?? 0) - this.#parts.localNowMs();
    return Math.max(0, Math.min(TICK_MS, dueMs));
  }

  /** Compares and corrects; null while the room or its time is not known. */
  tick(): Report | null {
    const { player, localNowMs, roomNowMs } = this.#parts;
    const lateMs = Math.max(0, localNowMs() - (this.#nextTickAtMs ?? localNowMs()));
    this.#nextTickAtMs = localNowMs() + TICK_MS;
    const playback = this.shown;
    const nowMs = roomNowMs();
    if (!playback || nowMs === null) return null;
    const place = this.#compare(playback, nowMs);
    if (player.durationMs > 0) this.#correct(playback, place, nowMs, lateMs);
    // Judged last: a player that was sent elsewhere at this very look is not ready.
    return { ...place, stalled: !playback.paused && !place.atEnd && this.#isStuck() };
  }

  #correct(playback: Playback, place: Place, nowMs: number, lateMs: number): void {
    const { player } = this.#parts;
    const isNews = playback !== this.#looked;
    if (isNews) this.#heardNews(playback);
    // A room about to start counts as running: the player has to be got there and to start itself.
    const soonMs = Math.max(this.#startCost.ms + TICK_MS, this.#landing.aheadMs, lateMs);
    if (place.atEnd || !isRunning(playback, nowMs + soonMs)) this.#rest(playback, place);
    else if (player.paused) this.#meet(playback, nowMs, lateMs, isNews);
    else this.#follow(playback, place, nowMs, lateMs);
  }

  #compare(playback: Playback, nowMs: number): Place {
    const { player } = this.#parts;
    const targetMs = this.#targetMs(playback, nowMs);
    const lastMs = Math.min(this.#durationMs || Infinity, player.durationMs || Infinity);
    const atEnd = targetMs >= lastMs - END_SLACK_MS;
    return {
      targetMs,
      driftMs: player.positionMs - targetMs,
      running: !atEnd && isRunning(playback, nowMs),
      atEnd,
    };
  }

  /** A refused start waits for its person and not for data; a seek of ours may take its time. */
  #isStuck(): boolean {
    const { player, localNowMs } = this.#parts;
    if (this.#refused || (!player.seeking && player.ready)) return false;
    const onTimeForMs = this.#landing.onTimeForMs(localNowMs());
    if (onTimeForMs > 0) this.#lookIn(onTimeForMs);
    return onTimeForMs <= 0;
  }

  #targetMs(playback: Playback, atMs: number): number {
    return Math.max(0, this.#expectedMs(playback, atMs) + this.offsetMs);
  }

  #expectedMs(playback: Playback, atMs: number): number {
    const lengthMs = this.#durationMs || this.#parts.player.durationMs;
    return expectedPositionMs(playback, atMs, lengthMs);
  }

  #heardNews(playback: Playback): void {
    this.#looked = playback;
    this.#begun = null;
    this.#landing.renew();
  }

  /** The room stands: so does the player, on the same frame. */
  #rest(playback: Playback, { targetMs, driftMs }: Place): void {
    const { player } = this.#parts;
    this.#steady(playback.rate);
    this.#stop();
    const offMs = Math.abs(driftMs);
    if (player.seeking || offMs <= REST_TOLERANCE_MS) return;
    // Some media cannot land on the very millisecond; asking twice would not help.
    const asked = this.#restedAtMs !== null && Math.abs(this.#restedAtMs - targetMs) < 1;
    if (asked && !this.#landing.isDue(offMs, this.#parts.localNowMs())) return;
    this.#restedAtMs = targetMs;
    this.#landing.begin(this.#parts.localNowMs());
    this.#landing.forget();
    this.#seek(targetMs);
  }

  /** The room runs and the player stands: it starts when the room comes by where it stands. */
  #meet(playback: Playback, nowMs: number, lateMs: number, isNews: boolean): void {
    const { player, localNowMs } = this.#parts;
    this.#steady(playback.rate);
    if (this.#refused) return;
    // A seek is waited for, unless the room has meanwhile gone elsewhere.
    const isReady = !player.seeking && player.ready;
    if (!isReady && !isNews) {
      this.#wake();
      return;
    }
    this.#unreadySinceMs = null;
    if (isReady) this.#landing.done(localNowMs());
    const startMs = nowMs + this.#startCost.ms;
    const aheadMs = player.positionMs - this.offsetMs - playback.position_ms;
    const earlyMs = playback.since_ms + aheadMs / playback.rate - startMs;
    if (earlyMs > WAIT_MAX_MS || this.#landing.isDue(-earlyMs, localNowMs())) {
      this.#land(playback, nowMs);
      return;
    }
    if (!isReady) return;
    const waitMs = Math.max(earlyMs, startsAtMs(playback) - startMs);
    // A page whose timers are throttled starts at the look that is nearer to the moment.
    if (waitMs > Math.max(TIMER_SLACK_MS, lateMs / 2)) this.#lookIn(waitMs);
    else this.#start(earlyMs * playback.rate);
  }

  /** Some players load nothing before they are told to play. */
  #wake(): void {
    const { player, localNowMs } = this.#parts;
    if (player.seeking) return;
    this.#unreadySinceMs ??= localNowMs();
    if (localNowMs() - this.#unreadySinceMs >= LOAD_MAX_MS) this.#start(null);
  }

  /** Both run: the player is brought into step. */
  #follow(playback: Playback, { driftMs }: Place, nowMs: number, lateMs: number): void {
    const { player, localNowMs } = this.#parts;
    this.#restedAtMs = null;
    if (player.seeking || !player.ready) {
      this.#steady(playback.rate);
      this.#landing.interrupted();
      this.#begun = null;
      return;
    }
    if (this.#begun) {
      const { atMs, allowedMs, cost, driftMs: plannedMs } = this.#begun;
      const unsettledMs = atMs + SETTLE_MS - localNowMs();
      if (unsettledMs > 0) {
        this.#lookIn(unsettledMs);
        return;
      }
      if (plannedMs !== null) cost.learn(allowedMs - (driftMs - plannedMs) / playback.rate);
      this.#begun = null;
    }
    if (this.#landing.isDue(Math.abs(driftMs), localNowMs())) {
      this.#land(playback, nowMs);
      return;
    }
    this.#nudge.look(driftMs, playback.rate, localNowMs(), lateMs);
    player.setRate(playback.rate * (1 + this.#nudge.share));
    this.#lookIn(this.#nudge.dueInMs(localNowMs()));
  }

  /** Puts the player a little ahead of the room, where it waits. */
  #land(playback: Playback, nowMs: number): void {
    const { player, localNowMs } = this.#parts;
    this.#stop();
    this.#steady(playback.rate);
    this.#landing.begin(localNowMs());
    const driftMs = player.positionMs - this.#targetMs(playback, nowMs);
    if (driftMs > 0 && driftMs <= WAIT_MAX_MS) {
      // It is ahead as it is.
      this.#landing.forget();
      return;
    }
    // The start comes after the seek and takes its own time.
    const readyAtMs = nowMs + this.#landing.aheadMs + this.#startCosts.sought.ms;
    const aimMs = this.#targetMs(playback, readyAtMs);
    this.#seek(Math.min(aimMs, player.durationMs));
  }

  #seek(positionMs: number): void {
    this.#startCost = this.#startCosts.sought;
    this.#parts.player.seek(positionMs);
  }

  /** `driftMs`: how far off this start should leave the player, null if that cannot be said. */
  #start(driftMs: number | null): void {
    const { player, localNowMs, onStart } = this.#parts;
    if (this.#starting || this.#refused || localNowMs() < this.#startAgainAtMs) return;
    const starting = Symbol('start');
    this.#starting = starting;
    // From here on the player may be anywhere, however soon the room stands again.
    this.#restedAtMs = null;
    const cost = this.#startCost;
    this.#begun = { atMs: localNowMs(), allowedMs: cost.ms, cost, driftMs };
    this.#startCost = this.#startCosts.paused;
    void player.play().then((outcome) => {
      if (this.#starting === starting) {
        this.#starting = null;
        this.#refused = outcome === 'refused';
        if (outcome === 'failed') this.#startAgainAtMs = localNowMs() + RETRY_MS;
      }
      onStart(outcome);
    });
  }

  #stop(): void {
    const { player } = this.#parts;
    this.#begun = null;
    this.#starting = null;
    if (!player.paused) player.pause();
  }

  #steady(rate: number): void {
    this.#nudge.forget(this.#parts.localNowMs());
    this.#parts.player.setRate(rate);
  }

  #lookIn(ms: number): void {
    const atMs = this.#parts.localNowMs() + ms;
    this.#nextTickAtMs = Math.min(this.#nextTickAtMs ?? atMs, atMs);
  }
}
