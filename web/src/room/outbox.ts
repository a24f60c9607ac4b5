/**
 * Commands on their way. One is in flight at a time, so that none can overtake another: a number
 * below one already accepted would be void. The same number is sent until the room has judged it.
 *
 * Words (chat, redact) wait for as long as it takes. Acts on the player are only worth anything
 * now: they are dropped when the connection is lost or when they grow old.
 */
import type { Command } from './frames';

/** Commands that may wait at once. */
export const WAITING_MAX = 100;
/** An act on the player older than this is no longer what the person wants. */
export const ACT_AGE_MAX_MS = 5_000;
/** No verdict for this long means: send the same number again. */
export const VERDICT_TIMEOUT_MS = 8_000;
/** Pause before the same number is sent again after `unknown`. */
export const RESEND_PAUSE_MS = 1_000;

export interface Sent {
  readonly clientSeq: number;
  readonly command: Command;
  readonly createdMs: number;
}

export class Outbox {
  #next = 1;
  #waiting: Sent[] = [];
  #resendAtMs: number | null = null;

  /** Commands not judged yet, oldest first. */
  get waiting(): readonly Sent[] {
    return this.#waiting;
  }

  /** Takes a command on; false when too many wait already. */
  add(command: Command, nowMs: number): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    this.#waiting = [...this.#waiting, { clientSeq: this.#next, command, createdMs: nowMs }];
    this.#next += 1;
    return true;
  }

  /** What to send now, or null. Call it again whenever something changed or time passed. */
  due(nowMs: number): Sent | null {
    if (this.#resendAtMs !== null && nowMs < this.#resendAtMs) return null;
    this.#waiting = this.#waiting.filter((sent) => !isStale(sent, nowMs));
    const first = this.#waiting[0] ?? null;
    this.#resendAtMs = first ? nowMs + VERDICT_TIMEOUT_MS : null;
    return first;
  }

  /** The room judged it. Returns what was judged, if it was ours to wait for. */
  settle(clientSeq: number): Sent | null {
    const settled = this.#waiting.find((sent) => sent.clientSeq === clientSeq) ?? null;
    if (settled) {
      this.#waiting = this.#waiting.filter((sent) => sent !== settled);
      this.#resendAtMs = null;
    }
    return settled;
  }

  /** The log did not answer: the same number again, a little later. */
  unknown(clientSeq: number, nowMs: number): void {
    if (this.#waiting[0]?.clientSeq === clientSeq) this.#resendAtMs = nowMs + RESEND_PAUSE_MS;
  }

  /** The connection is gone: words wait for the next one, acts are over. */
  disconnected(): void {
    this.#waiting = this.#waiting.filter((sent) => isWord(sent.command));
    this.#resendAtMs = null;
  }

  /** A fresh welcome names the last accepted number: those up to it are judged, go on above it. */
  welcomed(acceptedClientSeq: number): void {
    this.#waiting = this.#waiting.filter((sent) => sent.clientSeq > acceptedClientSeq);
    this.#next = Math.max(this.#next, acceptedClientSeq + 1);
    this.#resendAtMs = null;
  }
}

function isWord(command: Command): boolean {
  return command.type === 'chat' || command.type === 'redact';
}

function isStale(sent: Sent, nowMs: number): boolean {
  return !isWord(sent.command) && nowMs - sent.createdMs > ACT_AGE_MAX_MS;
}
