/**
 * Joins one player to one room: the controller keeps it in step, a person's acts go to the room,
 * and what merely happens to the player (buffering, a refused start) is told, never imposed.
 */
import { untrack } from 'svelte';
import { Metronome } from '../player/metronome';
import type { RoomClock } from '../sync/clock';
import { Controller, type Report, SEEK_OVER_MS } from '../sync/controller';
import { isHeld } from '../sync/expected';
import { HoldWatch } from '../sync/hold-watch';
import type { Player, PlayOutcome } from '../sync/player';
import type { Command, MemberStatus, Playback } from './frames';
import type { RoomState } from './reducer';
import type { Rejected } from './room.svelte';

/** A status is sent this often, and at most this often when something changes. */
export const STATUS_PAUSE_MS = 5_000;
export const STATUS_CHANGE_PAUSE_MS = 1_000;
/** All but the owner leave it to the owner for a random while to say that the film has ended. */
export const ENDED_SPREAD_MS = 3_000;
/** At most one `seek` in this time; the last wish wins. */
export const SEEK_PAUSE_MS = 250;
/** What the indicator shows is averaged with this weight for the newest look. */
const SHOWN_WEIGHT = 0.2;

/** What is needed of a room. */
export interface WatchedRoom {
  readonly clock: RoomClock;
  readonly state: {
    readonly playback: Playback;
    readonly movie: Pick<RoomState['movie'], 'duration_ms'>;
    readonly room: { readonly owner: Pick<RoomState['room']['owner'], 'id'> };
    readonly me: Pick<RoomState['me'], 'userId'>;
  } | null;
  send(command: Command): boolean;
  sendStatus(status: MemberStatus): void;
}

/** A player that says when it is worth a look. */
export interface WatchedPlayer extends Player {
  onChange(look: () => void): () => void;
}

export class Watching {
  readonly #room: WatchedRoom;
  readonly #player: WatchedPlayer;
  readonly #controller: Controller;
  readonly #holds = new HoldWatch();
  #report = $state.raw<Report | null>(null);
  #driftShownMs = $state(0);
  #positionMs = $state(0);
  #paused = $state(true);
  #offsetMs = $state(0);
  #start = $state.raw<PlayOutcome | null>(null);
  #hasPlayed = false;
  #statusSent: { atMs: number; status: MemberStatus } | null = null;
  #endedAtMs: number | null = null;
  #seekWanted: number | null = null;
  #seekSentMs = Number.NEGATIVE_INFINITY;
  #seekTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: WatchedRoom, player: WatchedPlayer) {
    this.#room = room;
    this.#player = player;
    this.#controller = new Controller({
      player,
      roomNowMs: () => room.clock.nowMs(),
      localNowMs: () => performance.now(),
      onStart: (outcome) => this.#started(outcome),
    });
  }

  /** The last comparison with the room, null while nothing can be compared. */
  get report(): Report | null {
    return this.#report;
  }

  /** Drift, smoothed for the eye, ms. */
  get driftShownMs(): number {
    return this.#driftShownMs;
  }

  /** Where the film is for this person, ms. */
  get positionMs(): number {
    return this.#positionMs;
  }

  /** What to draw the controls for: the room's playback or one's own act on its way. */
  get paused(): boolean {
    return this.#paused;
  }

  /** `muted`: runs without sound until asked; `refused`: waits for a touch. */
  get start(): PlayOutcome | null {
    return this.#start;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  set offsetMs(offsetMs: number) {
    this.#offsetMs = offsetMs;
    this.#controller.offsetMs = offsetMs;
  }

  /** Begins to keep step, within an effect; returns how to stop. */
  begin(): () => void {
    const look = () => metronome.beatIn(this.tick());
    const metronome = new Metronome(look);
    const unwatch = this.#player.onChange(look);
    // What the room says is followed at once, not at the next beat.
    $effect(() => {
      void this.#room.state?.playback;
      untrack(look);
    });
    return () => {
      unwatch();
      metronome.end();
      clearTimeout(this.#seekTimer);
    };
  }

  /** Another film was put on. */
  restart(): void {
    this.#hasPlayed = false;
    this.#endedAtMs = null;
  }

  /** Looks, corrects and tells; returns how long until the next look, ms. */
  tick(): number {
    const { state } = this.#room;
    if (state) this.#look(state);
    return this.#controller.nextTickMs;
  }

  /** A person's acts. Each shows at once here and counts when the room has accepted it. */
  play(): void {
    this.touch();
    const atEnd = this.#report?.atEnd ?? false;
    this.#room.send({ type: 'play', position_ms: atEnd ? 0 : this.#targetMs() });
  }

  /** Everyone is shown the frame on which this player stopped. */
  pause(): void {
    this.#player.pause();
    const position_ms = this.#stoppedAtMs();
    if (this.#room.send({ type: 'pause', position_ms }))
      this.#anticipate({ paused: true, position_ms });
  }

  toggle(): void {
    if (this.paused || this.#report?.atEnd) this.play();
    else this.pause();
  }

  /** Jumps. Of many in a row (a key held down, a slider dragged) only some reach the room. */
  seek(positionMs: number): void {
    const lastMs = this.#room.state?.movie.duration_ms || this.#player.durationMs || positionMs;
    const position_ms = Math.round(Math.min(Math.max(0, positionMs), lastMs));
    this.#seekWanted = position_ms;
    this.#anticipate({ position_ms });
    this.#seekTimer ??= setTimeout(() => this.#sendSeek(), this.#seekPauseMs());
  }

  seekBy(deltaMs: number): void {
    this.seek((this.#seekWanted ?? this.#targetMs()) + deltaMs);
  }

  setRate(rate: number): void {
    this.#room.send({ type: 'rate', rate, position_ms: this.#stoppedAtMs() });
  }

  /** The person touched the page: what the browser refused before, it may allow now. */
  touch(): void {
    this.#controller.allowStart();
  }

  /** The room refused a command of this tab. */
  rejected({ command }: Rejected): void {
    if (command.type !== 'hold') this.#controller.forgetAnticipated();
  }

  #look(state: NonNullable<WatchedRoom['state']>): void {
    this.#controller.setPlayback(state.playback, state.movie.duration_ms);
    const report = this.#controller.tick();
    this.#report = report;
    this.#paused = this.#controller.shown?.paused ?? true;
    this.#positionMs = this.#player.positionMs;
    if (!report) return;
    const changeMs = report.driftMs - this.#driftShownMs;
    this.#driftShownMs += Math.abs(changeMs) > SEEK_OVER_MS ? changeMs : SHOWN_WEIGHT * changeMs;
    const nowMs = performance.now();
    this.#watchHolds(report, state.playback, state.me.userId, nowMs);
    this.#watchEnd(report, state.playback, nowMs);
    this.#tellStatus(report, nowMs);
  }

  #seekPauseMs(): number {
    return Math.max(0, this.#seekSentMs + SEEK_PAUSE_MS - performance.now());
  }

  #sendSeek(): void {
    this.#seekTimer = undefined;
    if (this.#seekWanted === null) return;
    if (!this.#room.send({ type: 'seek', position_ms: this.#seekWanted }))
      this.#controller.forgetAnticipated();
    this.#seekWanted = null;
    this.#seekSentMs = performance.now();
  }

  /** An act counts from the moment it reaches the room, which is about half a round trip away. */
  #anticipate(change: Partial<Playback>): void {
    const shown = this.#controller.shown;
    const { clock } = this.#room;
    const nowMs = clock.nowMs();
    if (shown && nowMs !== null) {
      const since_ms = nowMs + (clock.roundTripMs() ?? 0) / 2;
      this.#controller.anticipate({ ...shown, since_ms, ...change });
    }
    this.#paused = this.#controller.shown?.paused ?? true;
  }

  /** Where the room is, ms. */
  #targetMs(): number {
    const roomMs = this.#controller.roomPositionMs() ?? this.#player.positionMs;
    return Math.max(0, Math.round(roomMs));
  }

  /** The frame on this screen; a player that has lost step must not drag the room to its place. */
  #stoppedAtMs(): number {
    if (Math.abs(this.#report?.driftMs ?? 0) > SEEK_OVER_MS) return this.#targetMs();
    return Math.max(0, Math.round(this.#player.positionMs - this.offsetMs));
  }

  #started(outcome: PlayOutcome): void {
    if (outcome === 'playing' || outcome === 'muted') this.#hasPlayed = true;
    // A later start that needs no muting does not mean that the sound is back on.
    if (outcome !== 'playing' || this.#start === 'refused') this.#start = outcome;
  }

  #watchHolds(report: Report, playback: Playback, me: string, nowMs: number): void {
    const roomNowMs = this.#room.clock.nowMs() ?? 0;
    const mine = playback.holds.filter((hold) => hold.user === me);
    const act = this.#holds.look({
      nowMs,
      stalled: report.stalled,
      hasPlayed: this.#hasPlayed,
      hidden: document.hidden,
      held: isHeld({ ...playback, holds: mine }, roomNowMs),
    });
    if (act === 'hold') this.#room.send({ type: 'hold', reason: 'buffering' });
    if (act === 'release') this.#room.send({ type: 'release' });
  }

  #watchEnd(report: Report, playback: Playback, nowMs: number): void {
    if (!report.atEnd || playback.paused) {
      this.#endedAtMs = null;
      return;
    }
    const isOwner = this.#room.state?.room.owner.id === this.#room.state?.me.userId;
    this.#endedAtMs ??= nowMs + (isOwner ? 0 : Math.random() * ENDED_SPREAD_MS);
    if (nowMs < this.#endedAtMs) return;
    this.#room.send({ type: 'ended' });
    this.#endedAtMs = Number.POSITIVE_INFINITY;
  }

  #tellStatus(report: Report, nowMs: number): void {
    const status: MemberStatus = {
      position_ms: Math.max(0, Math.round(this.#player.positionMs)),
      paused: this.#player.paused,
      buffering: report.stalled,
      drift_ms: Math.round(report.driftMs),
    };
    const last = this.#statusSent;
    const changed =
      last?.status.paused !== status.paused || last.status.buffering !== status.buffering;
    const pauseMs = changed ? STATUS_CHANGE_PAUSE_MS : STATUS_PAUSE_MS;
    if (last && nowMs - last.atMs < pauseMs) return;
    this.#statusSent = { atMs: nowMs, status };
    this.#room.sendStatus(status);
  }
}
