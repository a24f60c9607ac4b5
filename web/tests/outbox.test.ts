import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACT_AGE_MAX_MS,
  Outbox,
  RESEND_PAUSE_MS,
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
});
