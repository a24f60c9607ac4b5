/**
 * A person's words over a reload of the tab: lines that were not judged yet go out again under
 * their old numbers, so that none is said twice. They belong to one session; a duplicated tab,
 * which is a session of its own, must not send them.
 */
import { isRecord, keep, recall } from '../kept';
import type { KeptWords, Refused, Sent } from './outbox';

export function keepWords(roomId: string, session: string, words: KeptWords): void {
  const none = words.waiting.length === 0 && words.refused.length === 0;
  keep('session', keyOf(roomId), none ? null : { session, ...words });
}

/** What this very session had left in the room, if anything. */
export function recallWords(roomId: string, session: string): KeptWords | null {
  return recall('session', keyOf(roomId), (stored) => {
    if (!isRecord(stored) || stored.session !== session) return null;
    const { waiting, refused } = stored;
    if (!Array.isArray(waiting) || !Array.isArray(refused)) return null;
    return { waiting: waiting.filter(isSent), refused: refused.filter(isRefused) };
  });
}

function keyOf(roomId: string): string {
  return `movie-together.words.${roomId}`;
}

function isSent(stored: unknown): stored is Pick<Sent, 'clientSeq' | 'command'> {
  if (!isRecord(stored) || !isNumber(stored.clientSeq)) return false;
  return isChat(stored.command) || isRedact(stored.command);
}

function isRefused(stored: unknown): stored is Refused {
  return (
    isRecord(stored) &&
    isNumber(stored.clientSeq) &&
    isChat(stored.command) &&
    typeof stored.code === 'string'
  );
}

function isChat(command: unknown): boolean {
  if (!isRecord(command) || command.type !== 'chat') return false;
  const { text, reply_to } = command;
  return typeof text === 'string' && (reply_to === null || isNumber(reply_to));
}

function isRedact(command: unknown): boolean {
  return isRecord(command) && command.type === 'redact' && isNumber(command.seq);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
