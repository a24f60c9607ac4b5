/**
 * What of the chat a person has not seen yet. Reading is attentive while the tab is in front, the
 * chat is on the screen and its end is in sight; whatever others say meanwhile is read at once.
 * What they say at other times counts as unread, and a mark stands before the first of it: it
 * stays there after the person came back, until they say something or look away again.
 */
import type { RoomEvent } from './frames';

export interface Reading {
  /** Everything up to this event has been seen. */
  readonly seenSeq: number;
  /** The event before which the mark stands. */
  readonly markSeq: number | null;
  readonly attentive: boolean;
}

/** Begins with all that is known at `seq` as seen. */
export function readingFrom(seq: number): Reading {
  return { seenSeq: seq, markSeq: null, attentive: false };
}

/** The reading after a look at the log, oldest event first. */
export function read(
  before: Reading,
  events: readonly RoomEvent[],
  meId: string,
  attentive: boolean,
): Reading {
  const lastSeq = events.at(-1)?.seq ?? 0;
  // Whoever looks away reads from here on anew.
  const lookedAway = before.attentive && !attentive;
  const markSeq = lookedAway ? null : before.markSeq;
  const firstUnread = events.find((event) => isUnread(event, before.seenSeq, meId))?.seq ?? null;
  const wasAway = !before.attentive;
  return {
    seenSeq: attentive ? Math.max(before.seenSeq, lastSeq) : before.seenSeq,
    markSeq: wasAway || !attentive ? (markSeq ?? firstUnread) : markSeq,
    attentive,
  };
}

/** The person said something: they have read what stands above. */
export function said(before: Reading): Reading {
  return { ...before, markSeq: null };
}

export function unreadCount(reading: Reading, events: readonly RoomEvent[], meId: string): number {
  return events.filter((event) => isUnread(event, reading.seenSeq, meId)).length;
}

function isUnread(event: RoomEvent, seenSeq: number, meId: string): boolean {
  return event.event === 'chat' && event.seq > seenSeq && event.user !== meId;
}
