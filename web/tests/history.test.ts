import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/errors';
import { peopleByIds } from '../src/api/people';
import { type MessagePage, messages } from '../src/api/rooms';
import { History } from '../src/evening/history.svelte';
import { Names } from '../src/evening/names.svelte';
import type { RoomEvent } from '../src/room/frames';

vi.mock('../src/api/rooms');
vi.mock('../src/api/people');

const asked = vi.mocked(messages);

function said(seq: number, user = 'petr'): RoomEvent {
  const body = { text: `line ${seq}`, reply_to: null };
  return { type: 'event', seq, at: seq, user, event: 'chat', body };
}

function page(seqs: readonly number[], next_before: number | null): MessagePage {
  return { items: seqs.map((seq) => said(seq)), has_more: next_before !== null, next_before };
}

const seqs = (history: History) => history.events.map((event) => event.seq);

beforeEach(() => {
  asked.mockReset();
  vi.mocked(peopleByIds).mockReset().mockResolvedValue([]);
});

describe('history', () => {
  it('is read from its end to its start', async () => {
    const history = new History('room');
    asked.mockResolvedValueOnce(page([4, 3], 3)).mockResolvedValueOnce(page([2, 1], null));
    await history.older();
    expect([seqs(history), history.hasMore]).toEqual([[3, 4], true]);
    await history.older();
    expect([seqs(history), history.hasMore]).toEqual([[1, 2, 3, 4], false]);
    expect(asked.mock.calls).toEqual([
      ['room', null, ''],
      ['room', 3, ''],
    ]);
  });

  it('goes on over pages in which a search finds nothing', async () => {
    const history = new History('room', 'word');
    asked
      .mockResolvedValueOnce(page([], 9_000))
      .mockResolvedValueOnce(page([], 4_000))
      .mockResolvedValueOnce(page([7], null));
    await history.older();
    expect([seqs(history), history.ready, history.busy]).toEqual([[7], true, false]);
  });

  it('stops searching when nobody looks any more, and can be taken up again', async () => {
    const history = new History('room', 'word');
    asked.mockImplementationOnce(async () => {
      history.stop();
      return page([], 9_000);
    });
    await history.older();
    expect([asked.mock.calls.length, history.ready]).toEqual([1, false]);
    asked.mockResolvedValueOnce(page([7], null));
    await history.older();
    expect([seqs(history), history.ready]).toEqual([[7], true]);
    expect(asked.mock.lastCall).toEqual(['room', 9_000, 'word']);
  });

  it('keeps what it has when a page does not come', async () => {
    const history = new History('room');
    asked.mockResolvedValueOnce(page([4, 3], 3)).mockRejectedValueOnce(new ApiError(503, '', ''));
    await history.older();
    await history.older();
    expect([seqs(history), history.error instanceof ApiError]).toEqual([[3, 4], true]);
  });

  it('takes away the words of a line, and no other', async () => {
    const history = new History('room');
    asked.mockResolvedValueOnce(page([2, 1], null));
    await history.older();
    history.blank(2);
    expect(history.events.map((event) => event.body)).toEqual([
      { text: 'line 1', reply_to: null },
      { text: '', reply_to: null, redacted: true },
    ]);
  });
});

describe('names', () => {
  const owner = { id: 'vasily', name: 'Vasily' };

  it('stand in the history, or are asked for once', async () => {
    const names = new Names(owner);
    const joined: RoomEvent = { ...said(1), event: 'member_joined', body: { name: 'Petr' } };
    vi.mocked(peopleByIds).mockResolvedValueOnce([{ id: 'anna', name: 'Anna' }]);
    await names.learn([joined, said(2), said(3, 'anna'), said(4, 'vasily')]);
    expect(vi.mocked(peopleByIds).mock.calls).toEqual([[['anna']]]);
    expect(['vasily', 'petr', 'anna', 'oleg', null].map((id) => names.of(id))).toEqual([
      'Vasily',
      'Petr',
      'Anna',
      undefined,
      undefined,
    ]);
    expect(names.people).toHaveLength(3);
  });

  it('may stay unknown', async () => {
    const names = new Names(owner);
    vi.mocked(peopleByIds).mockRejectedValueOnce(new ApiError(0, 'network', ''));
    await names.learn([said(1, 'gone')]);
    expect(names.of('gone')).toBeUndefined();
  });
});
