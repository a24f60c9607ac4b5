/** The room: it alone decides what is shown, as the server's fold does, and tells everyone. */
import type { Command } from '../../src/room/frames';
import { expectedPositionMs } from '../../src/sync/expected';
import type { Playback } from '../../src/sync/playback';
import type { Time } from './time';

export const FILM_MS = 7_200_000;
const EPOCH_MS = 1_800_000_000_000;
const HOLD_MAX_MS = 15_000;

export class ModelRoom {
  readonly #time: Time;
  readonly #leadMs: number;
  readonly #hearers: ((playback: Playback) => void)[] = [];
  playback: Playback;

  constructor(time: Time, leadMs: number) {
    this.#time = time;
    this.#leadMs = leadMs;
    this.playback = {
      movie_id: 'film',
      paused: true,
      position_ms: 0,
      rate: 1,
      since_ms: this.nowMs,
      holds: [],
    };
  }

  get nowMs(): number {
    return EPOCH_MS + this.#time.nowMs;
  }

  get positionMs(): number {
    return expectedPositionMs(this.playback, this.nowMs, FILM_MS);
  }

  onPlayback(hear: (playback: Playback) => void): void {
    this.#hearers.push(hear);
  }

  accept(user: string, command: Command): void {
    this.playback = this.#judge(user, command);
    for (const hear of this.#hearers) hear(this.playback);
  }

  #judge(user: string, command: Command): Playback {
    const nowMs = Math.round(this.nowMs);
    const holds = this.playback.holds.filter(({ until_ms }) => until_ms > nowMs);
    const before = { ...this.playback, holds };
    const here = { ...before, position_ms: Math.round(this.positionMs) };
    const others = holds.filter((hold) => hold.user !== user);
    switch (command.type) {
      case 'play':
        return placed({ ...before, ...at(command), paused: false }, nowMs + this.#leadMs);
      case 'pause':
        return placed({ ...before, ...at(command), paused: true }, nowMs);
      case 'seek':
        return placed({ ...before, ...at(command) }, nowMs);
      case 'rate':
        return placed({ ...before, ...at(command), rate: command.rate }, nowMs);
      case 'hold': {
        const mine = { user, reason: command.reason, until_ms: nowMs + HOLD_MAX_MS };
        return placed({ ...here, holds: [...others, mine] }, Math.max(nowMs, here.since_ms));
      }
      case 'release':
        return holds.length > others.length ? placed({ ...here, holds: others }, nowMs) : before;
      default:
        return before;
    }
  }
}

function at({ position_ms }: { position_ms: number }) {
  return { position_ms };
}

function placed(playback: Playback, atMs: number): Playback {
  const since_ms = Math.max(atMs, ...playback.holds.map(({ until_ms }) => until_ms));
  return { ...playback, since_ms };
}
