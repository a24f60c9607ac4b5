/** When to try again, and when never. */

/** First pause before a new try. */
export const PAUSE_FIRST_MS = 250;
/** Longest pause between tries. */
export const PAUSE_MAX_MS = 15_000;

/** Pause before try number `attempt` (from 0): doubled each time, spread over its upper half. */
export function pauseMs(attempt: number, random: number): number {
  const fullMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.min(attempt, 16));
  return fullMs * (0.5 + random / 2);
}

/** Why a connection is over for good. */
export type EndReason =
  | 'closed'
  | 'full'
  | 'removed'
  | 'not_found'
  | 'refused'
  | 'left'
  | 'too_many_tabs';

/** What a refusal of entry means, by the server's word for it or else by its status. */
export function endOfRefusal(status: number, code: string): EndReason {
  return REASONS_BY_CODE[code] ?? REASONS_BY_STATUS[status] ?? 'refused';
}

const REASONS_BY_CODE: Readonly<Record<string, EndReason>> = {
  removed: 'removed',
  room_full: 'full',
  too_many_sessions: 'too_many_tabs',
};
const REASONS_BY_STATUS: Readonly<Record<number, EndReason>> = {
  404: 'not_found',
  410: 'closed',
};

/** What a close code asks for: null is "come back after a pause", the rest are final. */
export function endOf(code: number): EndReason | null {
  switch (code) {
    // The person left by another tab, or this session goes on in another socket.
    case 1000:
      return 'left';
    case 1009:
      return 'refused';
    case 4403:
      return 'removed';
    case 4404:
      return 'not_found';
    case 4410:
      return 'closed';
    // A ticket may end on its way; the next one decides whether we may come in.
    case 4401:
      return null;
    default:
      // Other codes under 4100 ask for patience, or are the network's or a proxy's doing.
      return code < 4100 ? null : 'refused';
  }
}
