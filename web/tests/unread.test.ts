import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../src/room/frames';
import { type Reading, read, readingFrom, said, unreadCount } from '../src/room/unread';
import { chat, event, PETR, VASILY } from './frames';

const known = [chat(1, 'a'), chat(2, 'b')];
const away = (before: Reading, events: readonly RoomEvent[]) => read(before, events, PETR, false);
const here = (before: Reading, events: readonly RoomEvent[]) => read(before, events, PETR, true);

describe('unread', () => {
  const reading = here(readingFrom(2), known);
  const missed = [...known, chat(3, 'c'), event(4, 'pause', { position_ms: 1 }), chat(5, 'd')];

  it('is nothing for who reads along', () => {
    const after = here(reading, missed);
    expect(after).toEqual({ seenSeq: 5, markSeq: null, attentive: true });
    expect(unreadCount(after, missed, PETR)).toBe(0);
  });

  it('is what others say to who looks away, from the first of it', () => {
    const after = away(reading, missed);
    expect(after.markSeq).toBe(3);
    expect(unreadCount(after, missed, PETR)).toBe(2);
  });

  it('does not count own lines and news', () => {
    const events = [...known, chat(3, 'mine', PETR), event(4, 'pause', { position_ms: 1 })];
    expect(away(reading, events).markSeq).toBeNull();
    expect(unreadCount(away(reading, events), events, PETR)).toBe(0);
  });

  it('keeps its mark for who comes back, until they look away or say something', () => {
    const back = here(away(reading, missed), missed);
    expect(back).toEqual({ seenSeq: 5, markSeq: 3, attentive: true });
    expect(here(back, [...missed, chat(6, 'e')]).markSeq).toBe(3);
    expect(said(back).markSeq).toBeNull();
    const gone = away(back, missed);
    expect(gone.markSeq).toBeNull();
    expect(away(gone, [...missed, chat(6, 'e')]).markSeq).toBe(6);
  });

  it('grows while nobody looks, and its mark stays', () => {
    const more = [...missed, chat(6, 'e', VASILY)];
    const after = away(away(reading, missed), more);
    expect(after.markSeq).toBe(3);
    expect(unreadCount(after, more, PETR)).toBe(3);
  });

  it('outlives a reload: what came meanwhile is marked', () => {
    const after = here(readingFrom(2), missed);
    expect(after).toEqual({ seenSeq: 5, markSeq: 3, attentive: true });
  });
});
