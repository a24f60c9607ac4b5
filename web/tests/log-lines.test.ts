import { describe, expect, it } from 'vitest';
import { JUMPS_TOGETHER_MS, logLines, ONE_GO_MS } from '../src/room/log-lines';
import { chat, event, PETR, VASILY } from './frames';

/** Noon of some day, so that minutes more stay in it. */
const NOON_MS = new Date(2026, 10, 21, 12).getTime();
const at = (ms: number) => ({ at: NOON_MS + ms });
const seek = (seq: number, ms: number, user = VASILY) =>
  event(seq, 'seek', { position_ms: seq * 1000 }, { user, ...at(ms) });
const say = (seq: number, ms: number, user = VASILY) => ({ ...chat(seq, 'x', user), ...at(ms) });

describe('log lines', () => {
  it('put what one says in one go under one head', () => {
    const lines = logLines([say(1, 0), say(2, 10), say(3, 20, PETR), say(4, 30)], null);
    expect(lines.map((line) => line.kind === 'chat' && line.headed)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('begin a new head after a while, after news, after the unread mark and for an answer', () => {
    const answer = { ...say(9, ONE_GO_MS + 70), body: { text: 'x', reply_to: 1 } } as never;
    const events = [
      say(1, 0),
      say(2, ONE_GO_MS),
      seek(3, ONE_GO_MS + 10),
      say(4, ONE_GO_MS + 20),
      say(5, ONE_GO_MS + 30),
      answer,
    ];
    const lines = logLines(events, 5);
    expect(lines.every((line) => line.kind !== 'chat' || line.headed)).toBe(true);
  });

  it('make one line of a row of jumps, the last', () => {
    const events = [seek(1, 0), seek(2, 10), seek(3, 20), seek(4, 30, PETR)];
    expect(logLines(events, null).map(({ seq }) => seq)).toEqual([3, 4]);
    const apart = [seek(1, 0), seek(2, JUMPS_TOGETHER_MS)];
    expect(logLines(apart, null)).toHaveLength(2);
  });

  it('pass over what is no news, which does not part a row of jumps', () => {
    const hold = event(2, 'hold', { reason: 'buffering', until_ms: 0 }, at(5));
    const redacted = event(4, 'redacted', { seq: 1 }, at(15));
    const events = [seek(1, 0), hold, seek(3, 10), redacted];
    expect(logLines(events, null).map(({ seq }) => seq)).toEqual([3]);
  });

  it('part days', () => {
    const lines = logLines([say(1, 0), say(2, 24 * 3_600_000)], null);
    expect(lines.map(({ kind }) => kind)).toEqual(['chat', 'day', 'chat']);
  });
});
