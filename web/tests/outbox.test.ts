import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACT_AGE_MAX_MS,
  Outbox,
  RESEND_PAUSE_MS,
  UNSURE,
  VERDICT_TIMEOUT_MS,
  WAITING_MAX,
} from '../src/room/outbox';

const say = (text: string) => ({ type: 'chat', text, reply_to: null }) as const;
const pause = { type: 'pause', position_ms: 1 } as const;

describe('outbox', () => {
  let outbox: Outbox;

  beforeEach(() => {
    outbox = new Outbox();
  });

  const due = (nowMs: number) => outbox.due(nowMs)?.clientSeq ?? null;

  it('sends one at a time, in order', () => {
    outbox.add(say('a'), 0);
    outbox.add(say('b'), 0);
    expect(due(0)).toBe(1);
    expect(due(1)).toBeNull();
    expect(outbox.settle(1)?.command).toEqual(say('a'));
    expect(due(1)).toBe(2);
    outbox.settle(2);
    expect(outbox.waiting).toEqual([]);
  });

  it('sends the same number again after `unknown`, a little later', () => {
    outbox.add(say('a'), 0);
    due(0);
    outbox.unknown(1, 100);
    expect(due(100 + RESEND_PAUSE_MS - 1)).toBeNull();
    expect(due(100 + RESEND_PAUSE_MS)).toBe(1);
  });

  it('sends the same number again when no verdict comes', () => {
    outbox.add(say('a'), 0);
    due(0);
    expect(due(VERDICT_TIMEOUT_MS - 1)).toBeNull();
    expect(due(VERDICT_TIMEOUT_MS)).toBe(1);
  });

  it('keeps words over a lost connection, and drops acts', () => {
    outbox.add(say('a'), 0);
    outbox.add(pause, 0);
    due(0);
    outbox.disconnected();
    expect(outbox.waiting.map(({ clientSeq }) => clientSeq)).toEqual([1]);
    expect(due(1)).toBe(1);
  });

  it('drops acts that have grown old', () => {
    outbox.add(pause, 0);
    expect(due(ACT_AGE_MAX_MS)).toBe(1);
    outbox.unknown(1, ACT_AGE_MAX_MS);
    expect(due(ACT_AGE_MAX_MS + RESEND_PAUSE_MS)).toBeNull();
    expect(outbox.waiting).toEqual([]);
  });

  it('goes on above the number a welcome names, and drops what is judged', () => {
    outbox.add(say('a'), 0);
    outbox.add(say('b'), 0);
    outbox.welcomed(1);
    expect(due(0)).toBe(2);
    outbox.welcomed(41);
    outbox.add(say('c'), 0);
    expect(due(0)).toBe(42);
  });

  it('passes over verdicts that are not its own', () => {
    outbox.add(say('a'), 0);
    due(0);
    expect(outbox.settle(7)).toBeNull();
    expect(due(1)).toBeNull();
  });

  it('takes no more than the limit', () => {
    for (let count = 0; count < WAITING_MAX; count += 1) expect(outbox.add(say('x'), 0)).toBe(true);
    expect(outbox.add(say('x'), 0)).toBe(false);
  });

  describe('refused lines', () => {
    it('are kept, and go out again as new ones', () => {
      outbox.add(say('a'), 0);
      outbox.add(say('b'), 0);
      due(0);
      outbox.refuse(1, 'too_many');
      expect(outbox.refused).toEqual([{ clientSeq: 1, command: say('a'), code: 'too_many' }]);
      expect(due(1)).toBe(2);
      expect(outbox.retry(1, 2)).toBe(true);
      expect(outbox.refused).toEqual([]);
      outbox.settle(2);
      expect(due(3)).toBe(3);
    });

    it('can be given up, and are not confused with acts', () => {
      outbox.add(say('a'), 0);
      outbox.add(pause, 0);
      outbox.refuse(1, 'x');
      outbox.refuse(2, 'x');
      expect(outbox.refused).toHaveLength(1);
      outbox.discard(1);
      expect(outbox.refused).toEqual([]);
      expect(outbox.retry(1, 0)).toBe(false);
    });
  });

  describe('over a reload', () => {
    it('sends its words under their old numbers, before new ones', () => {
      outbox.add(say('a'), 0);
      outbox.add(pause, 0);
      outbox.add(say('b'), 0);
      outbox.refuse(3, 'too_many');
      const after = new Outbox();
      after.add(say('c'), 0);
      after.restore(outbox.words, 0);
      after.welcomed(0);
      expect(after.refused.map(({ clientSeq }) => clientSeq)).toEqual([3]);
      expect(after.waiting.map(({ clientSeq, command }) => [clientSeq, command])).toEqual([
        [1, say('a')],
        [4, say('c')],
      ]);
    });

    it('drops what the room had accepted meanwhile', () => {
      outbox.add(say('a'), 0);
      due(0);
      const after = new Outbox();
      after.restore(outbox.words, 0);
      after.welcomed(1);
      expect(after.waiting).toEqual([]);
    });
  });

  it('as another session leaves it to its author to say again what may have been said', () => {
    outbox.add(say('a'), 0);
    outbox.add(say('b'), 0);
    due(0);
    outbox.moved();
    outbox.welcomed(0);
    expect(outbox.refused).toEqual([{ clientSeq: 1, command: say('a'), code: UNSURE }]);
    expect(outbox.waiting.map(({ command }) => command)).toEqual([say('b')]);
  });
});
