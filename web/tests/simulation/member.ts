/**
 * A member: the page's own `Watching`, clock and controller over a simulated line and player, by
 * a local clock that is wrong, runs apart, and jumps.
 */
import { vi } from 'vitest';
import type { Command } from '../../src/room/frames';
import { Watching } from '../../src/room/watching.svelte';
import { RoomClock } from '../../src/sync/clock';
import type { Playback } from '../../src/sync/playback';
import { Line, type LineHabits } from './line';
import { ModelPlayer, type PlayerHabits } from './player';
import { FILM_MS, type ModelRoom } from './room';
import type { Chance, Time } from './time';

export interface MemberHabits extends LineHabits, PlayerHabits {
  /** How far the local clock runs apart from the room's, as a share. */
  skew: number;
}

/** `performance.now` of whose script runs at the moment. */
let running: Member | null = null;

/** Puts the page's clock and timers onto simulated time, for one test. */
export function simulateTimers(): void {
  // Not a spy: one that is asked millions of times would remember every answer.
  vi.stubGlobal('performance', { now: () => running?.localNowMs ?? 0 });
  vi.stubGlobal('setTimeout', (act: () => void, ms = 0) => running?.setTimer(ms, act));
  vi.stubGlobal('clearTimeout', () => undefined);
}

export class Member {
  readonly player: ModelPlayer;
  /** What the person did, and every command that went to the room. */
  readonly made: Command['type'][] = [];
  readonly sent: Command['type'][] = [];
  readonly #watching: Watching;
  readonly #clock = new RoomClock(() => this.localNowMs);
  readonly #name: string;
  readonly #time: Time;
  readonly #room: ModelRoom;
  readonly #there: Line;
  readonly #back: Line;
  readonly #skew: number;
  /** How long the local clock has stood still in all. */
  #stoodMs = 0;
  #awakeAtMs = 0;
  #playback: Playback;
  /** Timers fire no more often than this. */
  #timersPauseMs = 0;
  /** Timers that are due and held back. */
  readonly #late: (() => void)[] = [];
  /** Only the last beat that was asked for comes. */
  #beat = 0;

  constructor(name: string, room: ModelRoom, time: Time, chance: Chance, habits: MemberHabits) {
    this.#name = name;
    this.#room = room;
    this.#time = time;
    this.#skew = habits.skew;
    this.#playback = room.playback;
    this.#there = new Line(time, chance, habits);
    this.#back = new Line(time, chance, habits);
    this.player = new ModelPlayer(time, chance, habits);
    this.#watching = new Watching(this.#asRoom(), this.player);
  }

  get localNowMs(): number {
    return this.#time.nowMs * (1 + this.#skew) - this.#stoodMs;
  }

  /** How far the player is from the room, ms. */
  get offMs(): number {
    return this.player.positionMs - this.#room.positionMs;
  }

  /** Comes into the room. */
  begin(): void {
    this.#room.onPlayback((playback) => {
      this.#hear(() => {
        this.#playback = playback;
        this.#look();
      });
    });
    const { playback, nowMs } = this.#room;
    this.#hear(() => {
      this.#playback = playback;
      this.#clock.setRough(nowMs);
      this.#ping();
    });
    this.player.onChange(() => this.#whenAwake(() => this.#look()));
    this.#look();
  }

  /** A person's act; nobody acts at a machine that sleeps. */
  act(kind: Command['type'], act: (watching: Watching) => void): void {
    if (this.#time.nowMs < this.#awakeAtMs) return;
    this.made.push(kind);
    this.#run(() => act(this.#watching));
  }

  /** From now on timers come that seldom, as in a hidden tab; 0 lets them come in time again. */
  throttle(pauseMs: number): void {
    this.#timersPauseMs = pauseMs;
    this.#fireLate();
  }

  /** The machine sleeps: nothing runs, and its clock may stand still meanwhile. */
  sleep(ms: number, clockStands: boolean): void {
    this.#awakeAtMs = Math.max(this.#awakeAtMs, this.#time.nowMs + ms);
    if (clockStands) this.#stoodMs += ms;
    this.player.sleep(ms);
  }

  /** A timer of the page. */
  setTimer(ms: number, act: () => void): void {
    this.#time.in(Math.max(1, ms), () => this.#whenAwake(() => this.#fire(act)));
  }

  #fire(act: () => void): void {
    if (this.#timersPauseMs === 0) {
      this.#run(act);
      return;
    }
    this.#late.push(act);
    const beatMs = Math.ceil(this.#time.nowMs / this.#timersPauseMs) * this.#timersPauseMs;
    if (this.#late.length === 1)
      this.#time.at(beatMs, () => this.#whenAwake(() => this.#fireLate()));
  }

  #fireLate(): void {
    for (const act of this.#late.splice(0)) this.#run(act);
  }

  #whenAwake(act: () => void): void {
    if (this.#time.nowMs >= this.#awakeAtMs) act();
    else this.#time.at(this.#awakeAtMs, act);
  }

  #look(): void {
    const nextMs = this.#run(() => this.#watching.tick());
    this.#beat += 1;
    const beat = this.#beat;
    this.setTimer(nextMs, () => beat === this.#beat && this.#look());
  }

  /** Something comes from the room. */
  #hear(arrived: () => void): void {
    this.#back.carry(() => this.#whenAwake(() => this.#run(arrived)));
  }

  #ping(): void {
    const sentMs = this.localNowMs;
    this.#there.carry(() => {
      const serverMs = Math.floor(this.#room.nowMs);
      this.#hear(() => this.#clock.addSample(sentMs, serverMs));
    });
    this.setTimer(this.#clock.pinged(), () => this.#ping());
  }

  #run<Result>(script: () => Result): Result {
    const before = running;
    running = this;
    try {
      return script();
    } finally {
      running = before;
    }
  }

  /** What `Watching` asks of the page's room. */
  #asRoom() {
    const member = this;
    return {
      clock: this.#clock,
      get state() {
        return {
          playback: member.#playback,
          movie: { duration_ms: FILM_MS },
          room: { owner: { id: 'owner' } },
          me: { userId: member.#name },
        };
      },
      send(command: Command) {
        member.sent.push(command.type);
        member.#there.carry(() => member.#room.accept(member.#name, command));
        return true;
      },
      sendStatus: () => undefined,
    };
  }
}
