/** What happened in a room, read page by page from its end; all of it, or the lines with a text. */
import { type MessagePage, messages } from '../api/rooms';
import type { ChatEvent, RoomEvent } from '../room/frames';
import { withOlder } from '../room/reducer';

export class History {
  /** Oldest first. */
  events = $state.raw<readonly RoomEvent[]>([]);
  busy = $state(false);
  /** The newest page has arrived. */
  ready = $state(false);
  error = $state.raw<unknown>(null);
  /** Where to go on; nothing at the end. */
  #before = $state<number | null>(null);
  #stopped = false;
  readonly #roomId: string;
  readonly #query: string;

  constructor(roomId: string, query = '') {
    this.#roomId = roomId;
    this.#query = query;
  }

  get hasMore(): boolean {
    return this.#before !== null;
  }

  /**
   * Reads the page before what is there; returns what came. A search looks through so much a call
   * and goes on until something is found.
   */
  async older(): Promise<readonly RoomEvent[]> {
    if (this.busy) return [];
    this.busy = true;
    this.#stopped = false;
    this.error = null;
    try {
      let page: MessagePage;
      do {
        page = await messages(this.#roomId, this.#before, this.#query);
        this.#before = page.next_before;
      } while (page.items.length === 0 && this.hasMore && !this.#stopped);
      this.events = withOlder(this.events, page.items);
      this.ready = this.ready || page.items.length > 0 || !this.hasMore;
      return page.items;
    } catch (refusal) {
      this.error = refusal;
      return [];
    } finally {
      this.busy = false;
    }
  }

  /** Nobody looks any more: a search that goes on ends after the page it waits for. */
  stop(): void {
    this.#stopped = true;
  }

  /** A line was deleted: it keeps its place and loses its words. */
  blank(seq: number): void {
    this.events = this.events.map((event) =>
      event.seq === seq && event.event === 'chat' ? blanked(event) : event,
    );
  }
}

function blanked(chat: ChatEvent): ChatEvent {
  return { ...chat, body: { text: '', reply_to: chat.body.reply_to, redacted: true } };
}
