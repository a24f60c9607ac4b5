/**
 * Commands on their way. One is in flight at a time, so that none can overtake another: a number
 * below one already accepted would be void. The same number is sent until the room has judged it.
 *
 *   waiting -> settled (accepted) · refused (a chat line, kept for another try) · dropped (an act)
 *
 * Words (chat, redact) wait for as long as it takes. Acts on the player are only worth anything
 * now: they are dropped when the connection is lost or when they grow old.
 */
import type { Command } from './frames';

/** Commands that may wait at once, and refused lines that are kept. */
export const WAITING_MAX = 100;
/** An act on the player older than this is no longer what the person wants. */
export const ACT_AGE_MAX_MS = 5_000;
/** No verdict for this long means: send the same number again. */
export const VERDICT_TIMEOUT_MS = 8_000;
/** Pause before the same number is sent again after `unknown`. */
export const RESEND_PAUSE_MS = 1_000;
/** Code of a line whose verdict will never be known: its session is over. */
export const UNSURE = 'unsure';

export interface Sent {
  readonly clientSeq: number;
  readonly command: Command;
  readonly createdMs: number;
}

export type Chat = Extract<Command, { type: 'chat' }>;

/** A line the room did not take. */
export interface Refused {
  readonly clientSeq: number;
  readonly command: Chat;
  /** The room's word for why, or `UNSURE`. */
  readonly code: string;
}

/** What outlives a reload: words only. */
export interface KeptWords {
  readonly waiting: readonly Pick<Sent, 'clientSeq' | 'command'>[];
  readonly refused: readonly Refused[];
}

export class Outbox {
  #next = 1;
  #waiting: Sent[] = [];
  #refused: Refused[] = [];
  #resendAtMs: number | null = null;
  /** Numbers that were sent at least once, so that the room may have them. */
  readonly #tried = new Set<number>();

  /** Commands not judged yet, oldest first. */
  get waiting(): readonly Sent[] {
    return this.#waiting;
  }

  /** Lines that were not taken, oldest first. */
  get refused(): readonly Refused[] {
    return this.#refused;
  }

  get words(): KeptWords {
    const waiting = this.#waiting.filter((sent) => isWord(sent.command));
    return {
      waiting: waiting.map(({ clientSeq, command }) => ({ clientSeq, command })),
      refused: this.#refused,
    };
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
    if (this.#waiting.some((sent) => isStale(sent, nowMs)))
      this.#waiting = this.#waiting.filter((sent) => !isStale(sent, nowMs));
    const first = this.#waiting[0] ?? null;
    this.#resendAtMs = first ? nowMs + VERDICT_TIMEOUT_MS : null;
    if (first) this.#tried.add(first.clientSeq);
    return first;
  }

  /** The room judged it. Returns what was judged, if it was ours to wait for. */
  settle(clientSeq: number): Sent | null {
    const settled = this.#waiting.find((sent) => sent.clientSeq === clientSeq) ?? null;
    if (settled) {
      this.#waiting = this.#waiting.filter((sent) => sent !== settled);
      this.#tried.delete(clientSeq);
      this.#resendAtMs = null;
    }
    return settled;
  }

  /** The room did not take it: a line is kept, so that its author may try again. */
  refuse(clientSeq: number, code: string): Sent | null {
    const settled = this.settle(clientSeq);
    if (settled) this.#keepRefused(settled, code);
    return settled;
  }

  /** Sends a refused line again, as a new one. */
  retry(clientSeq: number, nowMs: number): boolean {
    const refused = this.#refused.find((line) => line.clientSeq === clientSeq);
    if (!refused || !this.add(refused.command, nowMs)) return false;
    this.discard(clientSeq);
    return true;
  }

  /** Its author gives a refused line up. */
  discard(clientSeq: number): void {
    this.#refused = this.#refused.filter((line) => line.clientSeq !== clientSeq);
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

  /** What the page before this one had left; its session is ours, so its numbers still count. */
  restore({ waiting, refused }: KeptWords, nowMs: number): void {
    const before = waiting.map((sent) => ({ ...sent, createdMs: nowMs }));
    this.#refused = [...refused, ...this.#refused].slice(-WAITING_MAX);
    const used = [...before, ...refused].map(({ clientSeq }) => clientSeq);
    const first = Math.max(this.#next, ...used.map((clientSeq) => clientSeq + 1));
    // What this page was told meanwhile comes after it, under numbers above.
    const after = this.#waiting.map((sent, at) => ({ ...sent, clientSeq: first + at }));
    this.#waiting = [...before, ...after].slice(0, WAITING_MAX);
    this.#next = first + after.length;
    for (const { clientSeq } of before) this.#tried.add(clientSeq);
  }

  /**
   * We are another session now. What was never sent simply goes on; of what was, nobody will ever
   * say whether it was taken, and sending it again could say it twice: its author decides.
   */
  moved(): void {
    const unsure = this.#waiting.filter((sent) => this.#tried.has(sent.clientSeq));
    this.#waiting = this.#waiting.filter((sent) => !this.#tried.has(sent.clientSeq));
    this.#tried.clear();
    for (const sent of unsure) this.#keepRefused(sent, UNSURE);
  }

  #keepRefused({ clientSeq, command }: Sent, code: string): void {
    if (command.type !== 'chat') return;
    this.#refused = [...this.#refused, { clientSeq, command, code }].slice(-WAITING_MAX);
  }
}

function isWord(command: Command): boolean {
  return command.type === 'chat' || command.type === 'redact';
}

function isStale(sent: Sent, nowMs: number): boolean {
  return !isWord(sent.command) && nowMs - sent.createdMs > ACT_AGE_MAX_MS;
}
