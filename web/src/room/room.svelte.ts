/**
 * A room as the page holds it: the line, what is known, and what this tab has asked for.
 *
 *   frame -> Connection -> here: clock, outbox, reducer -> `state` -> the page
 *   person -> `send` -> outbox -> Connection; shown as done only when it comes back as an event
 */
import { closeRoom, leaveRoom } from '../api/rooms';
import { RoomClock } from '../sync/clock';
import { Entry } from './entry';
import type { Command, MemberStatus, RoomEvent, ServerFrame } from './frames';
import { Outbox, type Sent } from './outbox';
import { type RoomState, reduce, withOlder } from './reducer';
import { Connection, type Line } from './socket';

/** Pings at the start of a connection, and the pause between them. */
export const FIRST_PINGS = 5;
export const FIRST_PING_PAUSE_MS = 200;
/** Pause between later pings. */
export const PING_PAUSE_MS = 10_000;
/** How often the outbox is asked what is due. */
const OUTBOX_TICK_MS = 500;
/** At most one `typing` in this time. */
export const TYPING_PAUSE_MS = 1_500;

export type Rejected = { command: Command; code: string; message: string };

export class Room {
  readonly id: string;
  readonly clock = new RoomClock(() => performance.now());
  /** Called for each command the room refused: what the person is told, and what the player does. */
  onReject: (rejected: Rejected) => void = () => undefined;
  onWatcherReject: (rejected: Rejected) => void = () => undefined;

  #state = $state.raw<RoomState | null>(null);
  #line = $state.raw<Line>({ state: 'connecting', attempt: 0 });
  #waiting = $state.raw<readonly Sent[]>([]);
  readonly #entry: Entry;
  readonly #connection: Connection;
  readonly #outbox = new Outbox();
  #outboxTimer: ReturnType<typeof setInterval> | undefined;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  #pingsSent = 0;
  #typingSentMs = Number.NEGATIVE_INFINITY;

  /** `isMember`: whether this person is thought to be in the room already, as its owner is. */
  constructor(id: string, isMember: boolean) {
    this.id = id;
    this.#entry = new Entry(id, isMember);
    this.#connection = new Connection({
      enter: () => this.#entry.enter(),
      position: () => this.#state && { epoch: this.#state.epoch, seq: this.#state.seq },
      onFrame: (frame) => this.#receive(frame),
      onLine: (line) => this.#lineChanged(line),
    });
  }

  /** What is known, null before the first welcome. */
  get state(): RoomState | null {
    return this.#state;
  }

  get line(): Line {
    return this.#line;
  }

  /** Commands the room has not judged yet. */
  get waiting(): readonly Sent[] {
    return this.#waiting;
  }

  /** Connects; returns how to let go of everything. */
  open(): () => void {
    const hurry = () => this.#connection.hurry();
    const shown = () => document.visibilityState === 'visible' && hurry();
    addEventListener('online', hurry);
    document.addEventListener('visibilitychange', shown);
    this.#outboxTimer = setInterval(() => this.#sendDue(), OUTBOX_TICK_MS);
    this.#connection.start();
    return () => {
      removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', shown);
      clearInterval(this.#outboxTimer);
      this.#connection.end('left');
    };
  }

  /** Asks the room for something; false when it cannot even be asked. */
  send(command: Command): boolean {
    const word = command.type === 'chat' || command.type === 'redact';
    if (!word && this.#line.state !== 'open') return false;
    const taken = this.#outbox.add(command, performance.now());
    this.#sendDue();
    return taken;
  }

  sendStatus(status: MemberStatus): void {
    this.#connection.send({ type: 'status', ...status });
  }

  sendTyping(): void {
    const nowMs = performance.now();
    if (nowMs - this.#typingSentMs < TYPING_PAUSE_MS) return;
    if (this.#connection.send({ type: 'typing' })) this.#typingSentMs = nowMs;
  }

  /** Puts older events, newest first, before those known. */
  addOlder(items: readonly RoomEvent[], hasMore: boolean): void {
    if (!this.#state) return;
    this.#state = { ...this.#state, events: withOlder(this.#state.events, items), hasMore };
  }

  async leave(): Promise<void> {
    await leaveRoom(this.id);
    this.#entry.forget();
    this.#connection.end('left');
  }

  async close(): Promise<void> {
    await closeRoom(this.id);
  }

  #receive(frame: ServerFrame): void {
    const nowMs = performance.now();
    const reduced = reduce(this.#state, frame, nowMs);
    if (reduced.kind === 'gap') {
      this.#connection.resync();
      return;
    }
    if (reduced.kind === 'changed') this.#state = reduced.state;
    this.#answered(frame, nowMs);
  }

  #answered(frame: ServerFrame, nowMs: number): void {
    switch (frame.type) {
      case 'welcome':
        this.#outbox.welcomed(frame.you.client_seq);
        this.#greeted(frame.server_time);
        break;
      case 'resume':
        this.#greeted(frame.server_time);
        break;
      case 'pong':
        this.clock.addSample(frame.t, frame.server_time);
        return;
      case 'ack':
        this.#outbox.settle(frame.client_seq);
        break;
      case 'reject':
        this.#rejected(frame.client_seq, frame.code, frame.message);
        break;
      case 'unknown':
        this.#outbox.unknown(frame.client_seq, nowMs);
        return;
      default:
        return;
    }
    this.#sendDue();
  }

  #rejected(clientSeq: number, code: string, message: string): void {
    const sent = this.#outbox.settle(clientSeq);
    // `duplicate` answers a resend of something already judged; that is no news to the person.
    if (!sent || code === 'duplicate') return;
    const rejected = { command: sent.command, code, message };
    this.onWatcherReject(rejected);
    this.onReject(rejected);
  }

  #greeted(serverTimeMs: number): void {
    this.clock.reset();
    this.clock.setRough(serverTimeMs);
    this.#pingsSent = 0;
    this.#ping();
  }

  #ping(): void {
    clearTimeout(this.#pingTimer);
    if (!this.#connection.send({ type: 'ping', t: this.clock.localNowMs() })) return;
    this.#pingsSent += 1;
    const pauseMs = this.#pingsSent < FIRST_PINGS ? FIRST_PING_PAUSE_MS : PING_PAUSE_MS;
    this.#pingTimer = setTimeout(() => this.#ping(), pauseMs);
  }

  #lineChanged(line: Line): void {
    this.#line = line;
    if (line.state === 'open') return;
    clearTimeout(this.#pingTimer);
    this.#outbox.disconnected();
    this.#waiting = this.#outbox.waiting;
  }

  #sendDue(): void {
    if (this.#line.state === 'open' && this.#state) {
      const due = this.#outbox.due(performance.now());
      if (due) this.#connection.send({ ...due.command, client_seq: due.clientSeq });
    }
    this.#waiting = this.#outbox.waiting;
  }
}
