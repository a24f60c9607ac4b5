import { flushSync, mount, unmount } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import ChatLog from '../src/parts/ChatLog.svelte';
import EmojiPicker from '../src/parts/EmojiPicker.svelte';
import EventLine from '../src/parts/EventLine.svelte';
import LineBanner from '../src/parts/LineBanner.svelte';
import RoomEnd from '../src/parts/RoomEnd.svelte';
import UnjudgedLines from '../src/parts/UnjudgedLines.svelte';
import type { ChatReading } from '../src/room/chat-reading.svelte';
import type { ChatEvent } from '../src/room/frames';
import type { Room } from '../src/room/room.svelte';
import { chat, event, PETR, VASILY } from './frames';
import { button, mounted } from './mounted';

const nameOf = (id: string | null) => (id === VASILY ? 'Vasily' : 'Petr');
const line = { nameOf, meId: PETR, title: 'Dusk' };

describe('a line of the log', () => {
  it('is text, never markup', () => {
    const part = mounted(EventLine, { ...line, event: chat(1, '<img src=x onerror=alert(1)>') });
    expect(part.querySelector('img')).toBeNull();
    expect(part.textContent).toContain('<img src=x');
  });

  it('names who said it to those who only hear it, also without a head', () => {
    const part = mounted(EventLine, { ...line, event: chat(1, 'Hello'), headed: false });
    expect(part.querySelector('.visually-hidden')?.textContent).toContain('Vasily');
  });

  it('shows nothing of what was deleted, and offers nothing with it', () => {
    const deleted = event(1, 'chat', { text: '', reply_to: null, redacted: true });
    const part = mounted(EventLine, { ...line, event: deleted, onreply: vi.fn() });
    expect(part.textContent).toContain('This message was deleted.');
    expect(part.querySelector('button')).toBeNull();
  });

  it('leads to what it quotes, whether that is known or further back', () => {
    const onjump = vi.fn();
    const answer = event(5, 'chat', { text: 'Yes', reply_to: 2 });
    const answered = chat(2, 'Is it?') as ChatEvent;
    button(
      mounted(EventLine, { ...line, event: answer, answered, onjump }),
      'Vasily: Is it?',
    ).click();
    button(mounted(EventLine, { ...line, event: answer, onjump }), 'An earlier message').click();
    expect(onjump.mock.calls).toEqual([[2], [2]]);
  });

  it('offers to delete only where that is given', () => {
    const own = { ...line, event: chat(1, 'Mine', PETR), onreply: vi.fn() };
    expect(() => button(mounted(EventLine, own), 'Delete: Mine')).toThrow();
    const onredact = vi.fn();
    button(mounted(EventLine, { ...own, onredact }), 'Delete: Mine').click();
    expect(onredact).toHaveBeenCalledOnce();
  });
});

describe('the log', () => {
  it('takes no scrolling that is told of after it has left the page', async () => {
    const room = { state: null, waiting: [], refused: [] };
    const reading = { watched: true, markSeq: null, look: vi.fn() };
    const log = mount(ChatLog, {
      target: document.body,
      props: {
        room: room as unknown as Room,
        reading: reading as unknown as ChatReading,
        nameOf,
        onreply: vi.fn(),
        onredact: vi.fn(),
      },
    });
    flushSync();
    const scrolled = document.querySelector('[data-testid=chat-log]');
    const looks = reading.look.mock.calls.length;
    expect(looks).toBeGreaterThan(0);
    await unmount(log);
    scrolled?.dispatchEvent(new Event('scroll'));
    expect(reading.look).toHaveBeenCalledTimes(looks);
  });
});

describe('lines without a verdict', () => {
  it('are shown as sending, or with the reason and a way out', () => {
    const say = (text: string) => ({ type: 'chat', text, reply_to: null }) as const;
    const room = {
      waiting: [
        { clientSeq: 3, command: say('On its way'), createdMs: 0 },
        { clientSeq: 4, command: { type: 'pause', position_ms: 1 }, createdMs: 0 },
      ],
      refused: [{ clientSeq: 2, command: say('Too fast'), code: 'too_many' }],
      retry: vi.fn(),
      discard: vi.fn(),
    };
    const part = mounted(UnjudgedLines, { room: room as unknown as Room });
    const sending = part.querySelectorAll('[data-testid=chat-sending]');
    expect(sending).toHaveLength(1);
    expect(sending[0]?.textContent).toMatch(/On its way\s+sending…/);
    expect(part.textContent).toContain('Not sent: That was too fast; wait a moment.');
    button(part, 'Send again').click();
    button(part, 'Discard').click();
    expect(room.retry).toHaveBeenCalledWith(2);
    expect(room.discard).toHaveBeenCalledWith(2);
  });
});

describe('the line to the room', () => {
  it('says when it is tried next, and can be hurried', () => {
    const onhurry = vi.fn();
    const line = { state: 'waiting', attempt: 3, retryAtMs: performance.now() + 4_900 } as const;
    const part = mounted(LineBanner, { line, known: true, onhurry });
    expect(part.textContent).toContain('The connection is lost. Reconnecting…');
    expect(part.textContent).toContain('Next try in 5 s.');
    button(part, 'Try now').click();
    expect(onhurry).toHaveBeenCalledOnce();
  });

  it('says nothing while it is open', () => {
    const part = mounted(LineBanner, {
      line: { state: 'open' } as const,
      known: true,
      onhurry: vi.fn(),
    });
    expect(part.textContent?.trim()).toBe('');
  });
});

describe('the end of a visit', () => {
  it('offers another try only where that may help', () => {
    const onrejoin = vi.fn();
    button(mounted(RoomEnd, { reason: 'full', onrejoin }), 'Try again').click();
    button(mounted(RoomEnd, { reason: 'left', onrejoin }), 'Join again').click();
    expect(onrejoin).toHaveBeenCalledTimes(2);
    for (const reason of ['removed', 'not_found', 'closed'] as const)
      expect(mounted(RoomEnd, { reason, onrejoin }).querySelector('button')).toBeNull();
  });
});

describe('emoji', () => {
  it('are one stop for Tab, and arrows lead through them', async () => {
    const onpick = vi.fn();
    const part = mounted(EmojiPicker, { onpick });
    button(part, 'Emoji').click();
    flushSync();
    expect(part.querySelectorAll('[role=group] button[tabindex="0"]')).toHaveLength(1);
    await vi.waitFor(() => expect(document.activeElement).toBe(button(part, 'grinning')));
    const press = (key: string) =>
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    press('ArrowRight');
    await vi.waitFor(() => expect(document.activeElement).toBe(button(part, 'tears of joy')));
    press('End');
    await vi.waitFor(() => expect(document.activeElement).toBe(button(part, 'exclamation')));
    button(part, 'exclamation').click();
    expect(onpick).toHaveBeenCalledWith('❗');
  });
});
