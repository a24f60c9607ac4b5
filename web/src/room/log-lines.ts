/**
 * The room's history as lines to read: days apart, one head for what a person says in one go, and
 * one line for a row of jumps.
 */
import type { ChatEvent, RoomEvent } from './frames';

/** Lines of one person closer than this go under one head. */
export const ONE_GO_MS = 3 * 60_000;
/** Jumps of one person closer than this are one search for a place in the film. */
export const JUMPS_TOGETHER_MS = 15_000;

export type LogLine =
  /** `headed`: begins with who said it and when. */
  | { kind: 'chat'; seq: number; event: ChatEvent; headed: boolean }
  | { kind: 'news'; seq: number; event: RoomEvent }
  /** A new day begins at `at`. */
  | { kind: 'day'; seq: number; at: number };

/** Kinds of events that are no news by themselves. */
const SILENT: ReadonlySet<string> = new Set(['hold', 'release', 'redacted']);

/** `markSeq`: an unread mark stands before this event, so that a head must follow it. */
export function logLines(events: readonly RoomEvent[], markSeq: number | null): LogLine[] {
  const shown = events.filter((event) => !SILENT.has(event.event));
  return shown.flatMap((event, at): LogLine[] => {
    const before = shown[at - 1];
    const after = shown[at + 1];
    if (after && isSameSearch(event, after) && after.seq !== markSeq) return [];
    const line = lineOf(event, before, event.seq === markSeq);
    const newDay = before && dayOf(before.at) !== dayOf(event.at);
    return newDay ? [{ kind: 'day', seq: event.seq, at: event.at }, line] : [line];
  });
}

function lineOf(event: RoomEvent, before: RoomEvent | undefined, marked: boolean): LogLine {
  const { seq } = event;
  if (event.event !== 'chat') return { kind: 'news', seq, event };
  const goesOn =
    before?.event === 'chat' &&
    before.user === event.user &&
    event.at - before.at < ONE_GO_MS &&
    dayOf(before.at) === dayOf(event.at);
  const headed = !goesOn || marked || event.body.reply_to !== null;
  return { kind: 'chat', seq, event, headed };
}

function isSameSearch(event: RoomEvent, after: RoomEvent): boolean {
  return (
    event.event === 'seek' &&
    after.event === 'seek' &&
    event.user === after.user &&
    after.at - event.at < JUMPS_TOGETHER_MS
  );
}

function dayOf(atMs: number): string {
  return new Date(atMs).toDateString();
}
