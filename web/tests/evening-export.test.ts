import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/errors';
import type { MessagePage } from '../src/api/rooms';
import type { RoomView } from '../src/api/types';
import {
  allEvents,
  eveningFile,
  fileName,
  PAGE_TRIES_MAX,
  type ReadingParts,
} from '../src/evening/export';
import type { RoomEvent } from '../src/room/frames';

const AT_MS = Date.UTC(2026, 10, 21, 18, 30);
const PAGE_SIZE = 3;

const VIEW: RoomView = {
  id: 'room',
  movie: { id: 'film', title: 'Aurora: over “Nothing”?', duration_ms: 60_000 },
  owner: { id: 'vasily', name: 'Vasily' },
  status: 'archived',
  control: 'everyone',
  members_count: 0,
  created_at: '2026-11-21T18:00:00Z',
};

function said(seq: number): RoomEvent {
  const body = { text: `line ${seq}`, reply_to: null };
  return { type: 'event', seq, at: AT_MS + seq, user: 'vasily', event: 'chat', body };
}

/** A room of `count` events, read as the server gives them: newest first, before a number. */
function room(count: number) {
  return async (before: number | null): Promise<MessagePage> => {
    const last = before === null ? count : before - 1;
    const items = Array.from({ length: Math.min(PAGE_SIZE, last) }, (_, at) => said(last - at));
    const has_more = last > PAGE_SIZE;
    return { items, has_more, next_before: has_more ? last - PAGE_SIZE + 1 : null };
  };
}

function parts(page: ReadingParts['page']) {
  const progress: number[] = [];
  return {
    page,
    pause: vi.fn(async () => undefined),
    onProgress: (share: number) => progress.push(share),
    signal: new AbortController().signal,
    progress,
  };
}

describe('all events of an evening', () => {
  it.each([0, 1, 3, 4, 7])('come oldest first, each once: %i', async (count) => {
    const events = await allEvents(parts(room(count)));
    expect(events.map((event) => event.seq)).toEqual(
      Array.from({ length: count }, (_, i) => i + 1),
    );
  });

  it('tell how far the reading is', async () => {
    const reading = parts(room(7));
    await allEvents(reading);
    expect(reading.progress).toEqual([3 / 7, 6 / 7, 1]);
  });

  it('are asked for again after a refusal that passes, when the server says', async () => {
    const page = vi.fn(room(2)).mockRejectedValueOnce(new ApiError(429, 'too_many', '', [], 700));
    const reading = parts(page);
    expect(await allEvents(reading)).toHaveLength(2);
    expect(reading.pause).toHaveBeenCalledExactlyOnceWith(700);
  });

  it('are given up after as many tries as may be', async () => {
    const page = vi.fn(async () => Promise.reject(new ApiError(503, 'away', '')));
    await expect(allEvents(parts(page))).rejects.toThrow(ApiError);
    expect(page).toHaveBeenCalledTimes(PAGE_TRIES_MAX);
  });

  it('are not asked for again after a refusal that stays', async () => {
    const page = vi.fn(async () => Promise.reject(new ApiError(403, 'not_member', '')));
    await expect(allEvents(parts(page))).rejects.toThrow(ApiError);
    expect(page).toHaveBeenCalledOnce();
  });

  it('stop when the person does', async () => {
    const stop = new AbortController();
    const page = vi.fn(async (before: number | null) => {
      stop.abort();
      return room(9)(before);
    });
    const reading = { ...parts(page), signal: stop.signal };
    await expect(allEvents(reading)).rejects.toThrow('abort');
    expect(page).toHaveBeenCalledOnce();
  });
});

describe('the file of an evening', () => {
  it('holds the room, its people and what happened', () => {
    const people = [{ id: 'vasily', name: 'Vasily' }];
    expect(eveningFile(VIEW, people, [said(1)], new Date(AT_MS))).toEqual({
      format: 'movie-together.evening',
      version: 1,
      exported_at: '2026-11-21T18:30:00.000Z',
      room: {
        id: 'room',
        movie: VIEW.movie,
        owner: VIEW.owner,
        status: 'archived',
        created_at: '2026-11-21T18:00:00Z',
      },
      people,
      events: [
        {
          seq: 1,
          at: '2026-11-21T18:30:00.001Z',
          user: 'vasily',
          event: 'chat',
          body: { text: 'line 1', reply_to: null },
        },
      ],
    });
  });

  it.each([
    ['Aurora: over “Nothing”?', 'evening-2026-11-21-aurora-over-nothing.json'],
    ['Сталкер', 'evening-2026-11-21-сталкер.json'],
    ['../..', 'evening-2026-11-21.json'],
    ['a'.repeat(300), `${'evening-2026-11-21-'.padEnd(80, 'a')}.json`],
  ])('has a name for %s', (title, name) => {
    expect(fileName({ ...VIEW, movie: { ...VIEW.movie, title } })).toBe(name);
  });
});
