/**
 * One tab's line into one room. It gets a ticket, opens the socket, keeps it alive, and after a
 * loss comes back with `(epoch, since)` so that nothing is missed or seen twice. It knows no
 * rules of the room: frames go out through `onFrame`, and the position comes from `position`.
 *
 *   connecting -> open -> waiting (pause with jitter) -> connecting … -> ended
 */
import { ApiError } from '../api/errors';
import type { Ticket } from '../api/types';
import { type EndReason, endOf, endOfRefusal, pauseMs } from './backoff';
import { type ClientFrame, parseServerFrame, type ServerFrame, SUBPROTOCOL } from './frames';

/** A socket that has not opened by then is given up. */
export const OPEN_TIMEOUT_MS = 10_000;
/**
 * Nothing heard for this long after a `ping`: the line is dead, whatever the browser believes.
 * Counted from the ping, because a hidden tab may send its next one only a minute later.
 */
export const SILENCE_MAX_MS = 12_000;

/** What the connection is doing; `waiting` tries again at `retryAtMs` of the local clock. */
export type Line =
  | { state: 'connecting'; attempt: number }
  | { state: 'open' }
  | { state: 'waiting'; attempt: number; retryAtMs: number }
  | { state: 'ended'; reason: EndReason };

export interface Position {
  epoch: string;
  seq: number;
}

export interface ConnectionParts {
  /** Asks for a ticket; throws `ApiError`. */
  enter(): Promise<Ticket>;
  /** What is known so far, or null before the first welcome. */
  position(): Position | null;
  onFrame(frame: ServerFrame): void;
  onLine(line: Line): void;
  createSocket?: (url: string, protocol: string) => WebSocket;
  nowMs?: () => number;
  random?: () => number;
}

type Timer = ReturnType<typeof setTimeout>;

export class Connection {
  readonly #parts: Required<ConnectionParts>;
  #socket: WebSocket | null = null;
  #timer: Timer | undefined;
  #silence: Timer | undefined;
  #line: Line = { state: 'connecting', attempt: 0 };
  /** Tries since the line last worked. */
  #attempt = 0;
  /** Grows with each try, so that an answer to an older one is recognised and dropped. */
  #turn = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = {
      createSocket: (url, protocol) => new WebSocket(url, protocol),
      nowMs: () => performance.now(),
      random: Math.random,
      ...parts,
    };
  }

  get line(): Line {
    return this.#line;
  }

  start(): void {
    void this.#connect();
  }

  /** Sends if the line is open; whether it was. */
  send(frame: ClientFrame): boolean {
    if (this.#line.state !== 'open' || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    if (frame.type === 'ping')
      this.#silence ??= setTimeout(() => this.#retry(null), SILENCE_MAX_MS);
    return true;
  }

  /** The network or the person is back: no need to wait out the pause. */
  hurry(): void {
    if (this.#line.state === 'waiting') void this.#connect();
  }

  /** Drops the line and comes back for what was missed. */
  resync(): void {
    if (this.#line.state === 'open') this.#retry(null);
  }

  end(reason: EndReason): void {
    if (this.#line.state === 'ended') return;
    this.#drop();
    this.#setLine({ state: 'ended', reason });
  }

  async #connect(): Promise<void> {
    this.#drop();
    const turn = this.#turn;
    this.#setLine({ state: 'connecting', attempt: this.#attempt });
    try {
      const ticket = await this.#parts.enter();
      if (turn === this.#turn) this.#open(ticket);
    } catch (error) {
      if (turn === this.#turn) this.#entryRefused(error);
    }
  }

  #entryRefused(error: unknown): void {
    if (!(error instanceof ApiError) || error.passing) {
      const askedMs = error instanceof ApiError ? error.retryAfterMs : null;
      this.#retry(askedMs);
      return;
    }
    this.end(endOfRefusal(error.status, error.code));
  }

  #open(ticket: Ticket): void {
    const socket = this.#parts.createSocket(this.#url(ticket), SUBPROTOCOL);
    const turn = this.#turn;
    const mine = () => turn === this.#turn;
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#retry(null), OPEN_TIMEOUT_MS);
    socket.onmessage = (message) => mine() && this.#receive(String(message.data));
    socket.onclose = (close) => mine() && this.#closed(close.code);
  }

  /** The line counts as open with its first frame: only then do both sides agree where we are. */
  #receive(text: string): void {
    const frame = parseServerFrame(text);
    this.#heard();
    if (!frame) return;
    if (this.#line.state === 'connecting') {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.#setLine({ state: 'open' });
    }
    this.#parts.onFrame(frame);
  }

  #closed(code: number): void {
    const reason = endOf(code);
    if (reason) this.end(reason);
    else this.#retry(null);
  }

  #retry(askedMs: number | null): void {
    this.#drop();
    const waitMs = Math.max(askedMs ?? 0, pauseMs(this.#attempt, this.#parts.random()));
    this.#attempt += 1;
    this.#timer = setTimeout(() => void this.#connect(), waitMs);
    const retryAtMs = this.#parts.nowMs() + waitMs;
    this.#setLine({ state: 'waiting', attempt: this.#attempt, retryAtMs });
  }

  #drop(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#heard();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #url(ticket: Ticket): string {
    const url = new URL(ticket.ws_url);
    const position = this.#parts.position();
    if (position) {
      url.searchParams.set('epoch', position.epoch);
      url.searchParams.set('since', String(position.seq));
    }
    return url.href;
  }

  #setLine(line: Line): void {
    this.#line = line;
    this.#parts.onLine(line);
  }
}
