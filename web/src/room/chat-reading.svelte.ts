/** What a person has read of the room's chat, kept over a reload; the rules stand in `unread.ts`. */
import { isRecord, keep, recall } from '../kept';
import type { RoomState } from './reducer';
import type { Room } from './room.svelte';
import { type Reading, read, readingFrom, said, unreadCount } from './unread';

export class ChatReading {
  /** The chat is on the screen: not folded away, nor covered by the film. */
  onScreen = $state(true);
  #inFront = $state(document.visibilityState === 'visible');
  #reading = $state.raw<Reading | null>(null);
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
    $effect(() => {
      const changed = () => {
        this.#inFront = document.visibilityState === 'visible';
      };
      document.addEventListener('visibilitychange', changed);
      return () => document.removeEventListener('visibilitychange', changed);
    });
  }

  /** Somebody could be looking at the chat. */
  get watched(): boolean {
    return this.#inFront && this.onScreen;
  }

  /** The event before which unread lines begin. */
  get markSeq(): number | null {
    return this.#reading?.markSeq ?? null;
  }

  get unread(): number {
    const { state } = this.#room;
    return state && this.#reading ? unreadCount(this.#reading, state.events, state.me.userId) : 0;
  }

  /** Something was shown, or came into sight. `atEnd`: the newest line can be seen. */
  look(atEnd: boolean): void {
    const { state } = this.#room;
    if (!state) return;
    const before = this.#reading ?? readingFrom(recallSeen(state) ?? state.seq);
    this.#reading = read(before, state.events, state.me.userId, this.watched && atEnd);
    if (this.#reading.seenSeq !== before.seenSeq) keepSeen(state, this.#reading.seenSeq);
  }

  /** The person said something. */
  said(): void {
    if (this.#reading) this.#reading = said(this.#reading);
  }
}

function keepSeen({ room, epoch }: RoomState, seq: number): void {
  keep('session', `movie-together.seen.${room.id}`, { epoch, seq });
}

function recallSeen({ room, epoch }: RoomState): number | null {
  return recall('session', `movie-together.seen.${room.id}`, (stored) =>
    isRecord(stored) && stored.epoch === epoch && typeof stored.seq === 'number'
      ? stored.seq
      : null,
  );
}
