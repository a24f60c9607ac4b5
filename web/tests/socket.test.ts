import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/errors';
import { PAUSE_FIRST_MS, PAUSE_MAX_MS, pauseMs } from '../src/room/backoff';
import type { ServerFrame } from '../src/room/frames';
import {
  Connection,
  type Line,
  OPEN_TIMEOUT_MS,
  type Position,
  SILENCE_MAX_MS,
} from '../src/room/socket';
import { FakeSocket } from './fake-socket';
import { chat, welcome } from './frames';

const TICKET = { ticket: 't', ws_url: 'ws://host/api/v1/room/r/ws?ticket=t', session: 's' };

describe('connection', () => {
  let enter: ReturnType<typeof vi.fn<() => Promise<typeof TICKET>>>;
  let position: Position | null;
  let frames: ServerFrame[];
  let lines: Line[];
  let connection: Connection;

  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
    enter = vi.fn(async () => TICKET);
    position = null;
    frames = [];
    lines = [];
    connection = new Connection({
      enter,
      position: () => position,
      onFrame: (frame) => frames.push(frame),
      onLine: (line) => lines.push(line),
      createSocket: (url, protocol) => new FakeSocket(url, protocol) as unknown as WebSocket,
      random: () => 1,
    });
  });

  afterEach(() => {
    connection.end('left');
    vi.useRealTimers();
  });

  const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const state = () => lines.at(-1)?.state;

  async function open(): Promise<FakeSocket> {
    connection.start();
    await wait(0);
    FakeSocket.last.receive(welcome());
    position = { epoch: 'one', seq: 2 };
    return FakeSocket.last;
  }

  it('is open with the first frame, and speaks our subprotocol', async () => {
    connection.start();
    await wait(0);
    expect(state()).toBe('connecting');
    expect(FakeSocket.last.protocol).toBe('movie-together.v1');
    expect(connection.send({ type: 'typing' })).toBe(false);
    FakeSocket.last.receive(welcome());
    expect(state()).toBe('open');
    expect(frames).toHaveLength(1);
    expect(connection.send({ type: 'typing' })).toBe(true);
    expect(FakeSocket.last.sent).toEqual(['{"type":"typing"}']);
  });

  it('asks for a whole welcome at first, and only for what it missed later', async () => {
    const first = await open();
    expect(new URL(first.url).searchParams.has('since')).toBe(false);
    position = { epoch: 'one', seq: 7 };
    first.drop(4000);
    await wait(PAUSE_FIRST_MS);
    const params = new URL(FakeSocket.last.url).searchParams;
    expect(Object.fromEntries(params)).toEqual({ ticket: 't', epoch: 'one', since: '7' });
  });

  it.each([4000, 4008, 4009, 4029, 4099, 1006, 1001, 4401])('comes back after %i', async (code) => {
    (await open()).drop(code);
    expect(state()).toBe('waiting');
    await wait(PAUSE_FIRST_MS);
    expect(FakeSocket.all).toHaveLength(2);
    expect(enter).toHaveBeenCalledTimes(2);
  });

  it.each([
    [1000, 'left'],
    [1009, 'refused'],
    [4403, 'removed'],
    [4404, 'not_found'],
    [4410, 'closed'],
    [4100, 'refused'],
    [4499, 'refused'],
  ])('does not come back after %i', async (code, reason) => {
    (await open()).drop(code);
    expect(lines.at(-1)).toEqual({ state: 'ended', reason });
    await wait(PAUSE_MAX_MS * 2);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('pauses longer each time, up to a limit, and starts over once it worked', async () => {
    connection.start();
    await wait(0);
    for (const expectedMs of [PAUSE_FIRST_MS, PAUSE_FIRST_MS * 2, PAUSE_FIRST_MS * 4]) {
      const before = FakeSocket.all.length;
      FakeSocket.last.drop(1006);
      await wait(expectedMs - 1);
      expect(FakeSocket.all).toHaveLength(before);
      await wait(1);
      expect(FakeSocket.all).toHaveLength(before + 1);
    }
    FakeSocket.last.receive(welcome());
    FakeSocket.last.drop(1006);
    await wait(PAUSE_FIRST_MS);
    expect(FakeSocket.all).toHaveLength(5);
  });

  it('waits out what the server asked for', async () => {
    enter.mockRejectedValueOnce(new ApiError(503, 'away', '', [], 9_000));
    connection.start();
    await wait(8_999);
    expect(enter).toHaveBeenCalledTimes(1);
    await wait(1);
    expect(enter).toHaveBeenCalledTimes(2);
  });

  it.each([
    [403, 'refused'],
    [404, 'not_found'],
    [410, 'closed'],
    [422, 'refused'],
  ])('ends when entry is refused with %i', async (status, reason) => {
    enter.mockRejectedValue(new ApiError(status, 'x', ''));
    connection.start();
    await wait(0);
    expect(lines.at(-1)).toEqual({ state: 'ended', reason });
  });

  it('gives up a socket that does not open, and a line that fell silent', async () => {
    connection.start();
    await wait(OPEN_TIMEOUT_MS);
    expect(state()).toBe('waiting');
    await wait(PAUSE_FIRST_MS);
    FakeSocket.last.receive(welcome());
    connection.send({ type: 'ping', t: 1 });
    await wait(SILENCE_MAX_MS - 1);
    expect(state()).toBe('open');
    await wait(1);
    expect(state()).toBe('waiting');
  });

  it('lives on while anything is heard, and through a quiet hour without pings', async () => {
    const socket = await open();
    connection.send({ type: 'ping', t: 1 });
    await wait(SILENCE_MAX_MS - 1);
    socket.receive(chat(3, 'hi'));
    await wait(3_600_000);
    expect(state()).toBe('open');
  });

  it('does not wait out the pause when the network is back', async () => {
    (await open()).drop(1006);
    connection.hurry();
    await wait(0);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('resyncs by coming back, and hears nothing from the old socket', async () => {
    const old = await open();
    connection.resync();
    expect(old.closedWith).toBe(1000);
    old.receive(chat(3, 'late'));
    old.drop(1000);
    expect(frames).toHaveLength(1);
    await wait(PAUSE_FIRST_MS);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('passes over text that is no frame', async () => {
    const socket = await open();
    for (const text of ['', 'null', '[]', '{"no":"type"}', '{']) socket.receive(text);
    expect(frames).toHaveLength(1);
    expect(state()).toBe('open');
  });

  it('stays away once the person has left, even if a ticket arrives then', async () => {
    connection.start();
    connection.end('left');
    await wait(PAUSE_MAX_MS);
    expect(FakeSocket.all).toHaveLength(0);
  });
});

describe('pause', () => {
  it('is spread over the upper half and bounded', () => {
    expect(pauseMs(0, 0)).toBe(PAUSE_FIRST_MS / 2);
    expect(pauseMs(0, 1)).toBe(PAUSE_FIRST_MS);
    expect(pauseMs(1_000, 1)).toBe(PAUSE_MAX_MS);
  });
});
