import { describe, expect, it } from 'vitest';
import type { RoomEvent, ServerFrame } from '../src/room/frames';
import {
  EVENTS_KEPT_MAX,
  namesIn,
  type RoomState,
  reduce,
  TYPING_SHOWN_MS,
  withOlder,
} from '../src/room/reducer';
import { chat, event, PETR, VASILY, welcome } from './frames';
import { playback } from './playback';

const NOW_MS = 5_000;

function stateAfter(...frames: ServerFrame[]): RoomState {
  let state: RoomState | null = null;
  for (const frame of [welcome(), ...frames]) {
    const reduced = reduce(state, frame, NOW_MS);
    if (reduced.kind === 'changed') state = reduced.state;
  }
  if (!state) throw new Error('no state');
  return state;
}

const seqs = (events: readonly RoomEvent[]) => events.map(({ seq }) => seq);

describe('reducer', () => {
  it('begins with a welcome and passes over whatever comes before it', () => {
    expect(reduce(null, chat(3, 'early'), NOW_MS).kind).toBe('same');
    expect(stateAfter().me.userId).toBe(PETR);
  });

  it('appends the next event', () => {
    const state = stateAfter(chat(3, 'hello'));
    expect(state.seq).toBe(3);
    expect(seqs(state.events)).toEqual([1, 2, 3]);
  });

  it('ignores an event it has, and names a gap', () => {
    const state = stateAfter(chat(3, 'hello'));
    expect(reduce(state, chat(3, 'again'), NOW_MS)).toEqual({ kind: 'same' });
    expect(reduce(state, chat(5, 'later'), NOW_MS)).toEqual({ kind: 'gap' });
  });

  it('takes exactly the missed events of a resume', () => {
    const state = stateAfter({
      type: 'resume',
      epoch: 'one',
      seq: 4,
      server_time: 0,
      events: [chat(2, 'known'), chat(3, 'a'), chat(4, 'b')],
    });
    expect(seqs(state.events)).toEqual([1, 2, 3, 4]);
  });

  it('names a gap within a resume and changes nothing', () => {
    const frame: ServerFrame = {
      type: 'resume',
      epoch: 'one',
      seq: 5,
      server_time: 0,
      events: [chat(3, 'a'), chat(5, 'c')],
    };
    expect(reduce(stateAfter(), frame, NOW_MS)).toEqual({ kind: 'gap' });
  });

  it('starts over with a second welcome', () => {
    const state = stateAfter(chat(3, 'old'), welcome({ epoch: 'two', seq: 2 }));
    expect(state.epoch).toBe('two');
    expect(seqs(state.events)).toEqual([1, 2]);
  });

  it('takes the playback an event brings, and keeps it through the others', () => {
    const paused = playback({ paused: true, position_ms: 42_000 });
    const state = stateAfter(
      event(3, 'pause', { position_ms: 42_000 }, { playback: paused }),
      chat(4, 'stop'),
    );
    expect(state.playback).toEqual(paused);
  });

  it('follows who comes and goes, and keeps the names of those who left', () => {
    const state = stateAfter(
      event(3, 'member_left', { reason: 'left' }, { user: PETR }),
      event(4, 'member_joined', { name: 'Anna' }, { user: 'anna' }),
      event(5, 'member_joined', { name: 'Pyotr' }, { user: PETR }),
    );
    expect(state.members).toEqual([
      { user_id: VASILY, name: 'Vasily', present: true },
      { user_id: 'anna', name: 'Anna', present: true },
      { user_id: PETR, name: 'Pyotr', present: true },
    ]);
    expect(
      stateAfter(event(3, 'member_left', { reason: 'gone' }, { user: PETR })).members,
    ).toContainEqual({ user_id: PETR, name: 'Petr', present: false });
  });

  it('takes the text of a redacted message out', () => {
    const state = stateAfter(chat(3, 'secret'), chat(4, 'fine'), event(5, 'redacted', { seq: 3 }));
    expect(state.events[2]?.body).toEqual({ text: '', reply_to: null, redacted: true });
    expect(state.events[3]?.body).toEqual({ text: 'fine', reply_to: null });
  });

  it('shows typing until it ends or the message is there', () => {
    const typing: ServerFrame = { type: 'typing', user: VASILY };
    expect(stateAfter(typing).typing).toEqual({ [VASILY]: NOW_MS + TYPING_SHOWN_MS });
    expect(stateAfter(typing, chat(3, 'done')).typing).toEqual({});
  });

  it('keeps the last status of each member who is there', () => {
    const status = { position_ms: 1, paused: false, buffering: true, drift_ms: 3 };
    const frame: ServerFrame = { type: 'status', user: PETR, ...status };
    expect(stateAfter(frame).statuses[PETR]).toEqual({ ...status, heardMs: NOW_MS });
    const left = event(3, 'member_left', { reason: 'gone' }, { user: PETR });
    expect(stateAfter(frame, left).statuses).toEqual({});
  });

  it('knows the film that is on', () => {
    const body = { movie_id: 'next', title: 'Dawn', duration_ms: 1_000 };
    const state = stateAfter(event(3, 'movie_changed', body));
    expect(state.movie).toEqual({ id: 'next', title: 'Dawn', duration_ms: 1_000 });
  });

  it('passes over frames and events of later versions', () => {
    const state = stateAfter();
    expect(reduce(state, { type: 'fireworks' } as never, NOW_MS)).toEqual({ kind: 'same' });
    const unknown = { ...chat(3, ''), event: 'reaction' } as never;
    expect(reduce(state, unknown, NOW_MS)).toMatchObject({ kind: 'changed', state: { seq: 3 } });
  });

  it('keeps a bounded number of events, and tells that there are more', () => {
    const full = stateAfter(
      ...Array.from({ length: EVENTS_KEPT_MAX - 2 }, (_, at) => chat(at + 3, 'x')),
    );
    expect(full.events).toHaveLength(EVENTS_KEPT_MAX);
    expect(full.hasMore).toBe(false);
    const next = reduce(full, chat(EVENTS_KEPT_MAX + 1, 'y'), NOW_MS);
    expect(next).toMatchObject({ state: { hasMore: true } });
    expect(next.kind === 'changed' && next.state.events[0]?.seq).toBe(2);
  });
});

describe('history', () => {
  it('puts an older page before what is there, without doubles', () => {
    const events = [chat(5, 'e'), chat(6, 'f')];
    expect(seqs(withOlder(events, [chat(5, 'e'), chat(4, 'd'), chat(3, 'c')]))).toEqual([
      3, 4, 5, 6,
    ]);
    expect(seqs(withOlder([], [chat(2, 'b'), chat(1, 'a')]))).toEqual([1, 2]);
  });

  it('finds the names in it', () => {
    expect(namesIn(welcome().messages)).toEqual({ [VASILY]: 'Vasily', [PETR]: 'Petr' });
  });
});
