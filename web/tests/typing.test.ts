import { describe, expect, it, vi } from 'vitest';
import { TYPING_PAUSE_MS, TypingTeller, typingNow } from '../src/room/typing';
import { PETR, VASILY } from './frames';

describe('typing', () => {
  it('is told at most once in its pause', () => {
    const teller = new TypingTeller();
    const tell = vi.fn(() => true);
    for (const nowMs of [0, 10, TYPING_PAUSE_MS - 1]) teller.typed(nowMs, tell);
    expect(tell).toHaveBeenCalledOnce();
    teller.typed(TYPING_PAUSE_MS, tell);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('is told anew for the next line', () => {
    const teller = new TypingTeller();
    const tell = vi.fn(() => true);
    teller.typed(0, tell);
    teller.said();
    teller.typed(1, tell);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('is told as soon as the line is back', () => {
    const teller = new TypingTeller();
    teller.typed(0, () => false);
    const tell = vi.fn(() => true);
    teller.typed(1, tell);
    expect(tell).toHaveBeenCalledOnce();
  });

  it('is shown of others only, and not for ever', () => {
    const until = { [VASILY]: 100, [PETR]: 100, anna: 50 };
    expect(typingNow(until, PETR, 60)).toEqual([VASILY]);
    expect(typingNow(until, PETR, 100)).toEqual([]);
  });
});
