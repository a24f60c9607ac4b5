/**
 * An evening as a file that people keep: `docs/EVENING.md` describes its shape. Fields are only
 * ever added; a change that would break a reader of the file raises `EVENING_VERSION`.
 */
import { ApiError } from '../api/errors';
import type { MessagePage } from '../api/rooms';
import type { RoomView, User } from '../api/types';
import type { RoomEvent } from '../room/frames';

export const EVENING_FORMAT = 'movie-together.evening';
export const EVENING_VERSION = 1;
/** A page that is refused for the moment is asked for this often before the export fails. */
export const PAGE_TRIES_MAX = 5;
/** Pause before the next try where the server names none. */
export const PAGE_PAUSE_MS = 1_000;

export interface EveningFile {
  format: typeof EVENING_FORMAT;
  version: typeof EVENING_VERSION;
  /** When the file was made, RFC 3339. */
  exported_at: string;
  room: Pick<RoomView, 'id' | 'movie' | 'owner' | 'status' | 'created_at'>;
  /** Everyone whom the events name by id, as far as their names are known. */
  people: User[];
  /** Oldest first. */
  events: ExportedEvent[];
}

export type ExportedEvent = Pick<RoomEvent, 'seq' | 'user' | 'event' | 'body'> & {
  /** RFC 3339. */
  at: string;
};

export interface ReadingParts {
  /** The page before event `before`, newest first. */
  page(before: number | null): Promise<MessagePage>;
  pause(ms: number): Promise<void>;
  /** Told after each page how much has been read, 0 to 1. */
  onProgress(share: number): void;
  signal: AbortSignal;
}

/** Every event of a room, oldest first, however many pages that takes. */
export async function allEvents(parts: ReadingParts): Promise<RoomEvent[]> {
  const events: RoomEvent[] = [];
  let before: number | null = null;
  do {
    const page: MessagePage = await patiently(parts, before);
    parts.signal.throwIfAborted();
    events.push(...page.items);
    before = page.next_before;
    parts.onProgress(before === null ? 1 : shareRead(events));
  } while (before !== null);
  return events.reverse();
}

/** The file of an evening, from all its events. */
export function eveningFile(
  view: RoomView,
  people: User[],
  events: readonly RoomEvent[],
  now: Date,
): EveningFile {
  const { id, movie, owner, status, created_at } = view;
  return {
    format: EVENING_FORMAT,
    version: EVENING_VERSION,
    exported_at: now.toISOString(),
    room: { id, movie, owner, status, created_at },
    people,
    events: events.map(({ seq, at, user, event, body }) => ({
      seq,
      at: new Date(at).toISOString(),
      user,
      event,
      body,
    })),
  };
}

/** A name that every file system takes: `evening-2026-11-21-aurora-over-nothing.json`. */
export function fileName(view: RoomView): string {
  const words = view.movie.title.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? [];
  return `${['evening', view.created_at.slice(0, 10), ...words].join('-').slice(0, 80)}.json`;
}

/** Numbers are dense from 1, so the oldest one that was read tells how many are left. */
function shareRead(events: readonly RoomEvent[]): number {
  const newest = events[0]?.seq ?? 1;
  const oldest = events.at(-1)?.seq ?? 1;
  return (newest - oldest + 1) / newest;
}

async function patiently(parts: ReadingParts, before: number | null): Promise<MessagePage> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await parts.page(before);
    } catch (error) {
      const passing = error instanceof ApiError && error.passing;
      if (!passing || tries === PAGE_TRIES_MAX || parts.signal.aborted) throw error;
      await parts.pause(error.retryAfterMs ?? PAGE_PAUSE_MS);
    }
  }
}
