/**
 * A room as the page holds it: the line, what is known, and what this tab has asked for.
 *
 *   frame -> Connection -> here: clock, outbox, reducer -> `state` -> the page
 *   person -> `send` -> outbox -> Connection; shown as done only when it comes back as an event
 */
import { closeRoom, leaveRoom } from '../api/rooms';
import { RoomClock } from '../sync/clock';
import { Entry } from './entry';
import type { Command, MemberStatus, RoomEvent, ServerFrame, Welcome } from './frames';
import { keepWords, recallWords } from './kept-words';
import { Outbox, type Refused, type Sent } from './outbox';
import { type RoomState, reduce, withOlder } from './reducer';
import { Connection, type Line } from './socket';
import { TypingTeller } from './typing';

/** How often the outbox is asked what is due. */
const OUTBOX_TICK_MS = 500;

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
  #refused = $state.raw<readonly Refused[]>([]);
  /** The two above, to be compared without being followed. */
  #shown: Pick<Outbox, 'waiting' | 'refused'> | null = null;
  /** The session that was welcomed last. */
  #session: string | null = null;
  readonly #entry: Entry;
  readonly #connection: Connection;
  readonly #outbox = new Outbox();
  #outboxTimer: ReturnType<typeof setInterval> | undefined;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #typing = new TypingTeller();

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

  /** Lines of this person that the room did not take. */
  get refused(): readonly Refused[] {
    return this.#refused;
  }

  /** What someone who is or was here is called; null for a stranger. */
  name(userId: string | null): string | null {
    return this.#state?.members.find((member) => member.user_id === userId)?.name ?? null;
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
    if (command.type === 'chat') this.#typing.said();
    this.#sendDue();
    return taken;
  }

  /** Sends a refused line once more. */
  retry(clientSeq: number): void {
    this.#outbox.retry(clientSeq, performance.now());
    this.#sendDue();
  }

  /** Gives a refused line up. */
  discard(clientSeq: number): void {
    this.#outbox.discard(clientSeq);
    this.#sendDue();
  }

  /** The person asks to connect now, instead of after the pause. */
  hurry(): void {
    this.#connection.hurry();
  }

  sendStatus(status: MemberStatus): void {
    this.#connection.send({ type: 'status', ...status });
  }

  sendTyping(): void {
    this.#typing.typed(performance.now(), () => this.#connection.send({ type: 'typing' }));
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
        this.#welcomed(frame.you, nowMs);
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

  /** What this session said before a reload goes on; a session that is new to us starts afresh. */
  #welcomed(you: Welcome['you'], nowMs: number): void {
    if (this.#session === null) {
      const words = recallWords(this.id, you.session);
      if (words) this.#outbox.restore(words, nowMs);
    } else if (this.#session !== you.session) {
      this.#outbox.moved();
    }
    this.#session = you.session;
    this.#outbox.welcomed(you.client_seq);
  }

  #rejected(clientSeq: number, code: string, message: string): void {
    // `duplicate` answers a resend of something already judged; that is no news to the person.
    if (code === 'duplicate') {
      this.#outbox.settle(clientSeq);
      return;
    }
    const sent = this.#outbox.refuse(clientSeq, code);
    if (!sent) return;
    const rejected = { command: sent.command, code, message };
    this.onWatcherReject(rejected);
    this.onReject(rejected);
  }

  #greeted(serverTimeMs: number): void {
    this.clock.reset();
    this.clock.setRough(serverTimeMs);
    this.#ping();
  }

  #ping(): void {
    clearTimeout(this.#pingTimer);
    if (!this.#connection.send({ type: 'ping', t: this.clock.localNowMs() })) return;
    this.#pingTimer = setTimeout(() => this.#ping(), this.clock.pinged());
  }

  #lineChanged(line: Line): void {
    this.#line = line;
    if (line.state === 'open') return;
    clearTimeout(this.#pingTimer);
    this.#outbox.disconnected();
    this.#showOutbox();
  }

  #sendDue(): void {
    if (this.#line.state === 'open' && this.#state) {
      const due = this.#outbox.due(performance.now());
      if (due) this.#connection.send({ ...due.command, client_seq: due.clientSeq });
    }
    this.#showOutbox();
  }

  #showOutbox(): void {
    const { waiting, refused } = this.#outbox;
    if (waiting === this.#shown?.waiting && refused === this.#shown.refused) return;
    this.#shown = { waiting, refused };
    this.#waiting = waiting;
    this.#refused = refused;
    if (this.#session) keepWords(this.id, this.#session, this.#outbox.words);
  }
}
