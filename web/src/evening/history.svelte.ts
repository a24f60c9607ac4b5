/** What happened in a room, read page by page from its end; all of it, or the lines with a text. */
import { messages } from '../api/rooms';
import type { ChatEvent, RoomEvent } from '../room/frames';
import { withOlder } from '../room/reducer';

export class History {
  /** Oldest first. */
  events = $state.raw<readonly RoomEvent[]>([]);
  hasMore = $state(false);
  busy = $state(false);
  /** The newest page has arrived. */
  ready = $state(false);
  error = $state.raw<unknown>(null);
  readonly #roomId: string;
  readonly #query: string;

  constructor(roomId: string, query = '') {
    this.#roomId = roomId;
    this.#query = query;
  }

  /** Reads the page before what is there; returns what came. */
  async older(): Promise<readonly RoomEvent[]> {
    if (this.busy) return [];
    this.busy = true;
    this.error = null;
    try {
      const page = await messages(this.#roomId, this.events[0]?.seq ?? null, this.#query);
      this.events = withOlder(this.events, page.items);
      this.hasMore = page.has_more;
      this.ready = true;
      return page.items;
    } catch (refusal) {
      this.error = refusal;
      return [];
    } finally {
      this.busy = false;
    }
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
