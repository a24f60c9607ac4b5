import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import InvitePanel from '../src/parts/InvitePanel.svelte';
import { button, mounted } from './mounted';

const LINK = 'http://localhost/i/popcorn1';

/** What the browser offers, until the test is over. */
function offer(able: { share?: unknown; writeText?: unknown }) {
  if (able.share) Object.defineProperty(navigator, 'share', { value: able.share, ...OWN });
  if (able.writeText)
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: able.writeText }, ...OWN });
}
const OWN = { configurable: true, writable: true };

const panel = () => mounted(InvitePanel, { roomId: 'r', title: 'Dusk', link: LINK });
const status = (part: HTMLElement) => part.querySelector('[role=status]')?.textContent?.trim();
const selected = (part: HTMLElement) => {
  const field = part.querySelector('input');
  return field?.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
};

describe('an invitation', () => {
  const withdraw = () => {
    Reflect.deleteProperty(navigator, 'share');
    Reflect.deleteProperty(navigator, 'clipboard');
  };
  beforeEach(withdraw);
  afterEach(withdraw);

  it('is shared with its link and the film, by one press', () => {
    const share = vi.fn().mockResolvedValue(undefined);
    offer({ share });
    button(panel(), 'Share…').click();
    const shared = { title: 'Dusk', text: 'Watch “Dusk” with me', url: LINK };
    expect(share.mock.calls).toEqual([[shared]]);
  });

  it('says nothing to a person who closes the share sheet', async () => {
    const closed = Promise.reject(new DOMException('closed', 'AbortError'));
    offer({ share: () => closed });
    const part = panel();
    button(part, 'Share…').click();
    await closed.catch(() => undefined);
    await Promise.resolve();
    flushSync();
    expect([status(part), part.querySelector('[role=alert]')]).toEqual(['', null]);
  });

  it('leaves its link ready to copy where the browser will not share', async () => {
    const refused = new DOMException('not here', 'NotAllowedError');
    offer({ share: vi.fn().mockRejectedValue(refused) });
    const part = panel();
    button(part, 'Share…').click();
    await vi.waitFor(() => expect(status(part)).toBe('The link is selected: copy it by hand.'));
    expect(selected(part)).toBe(LINK);
  });

  it('offers no share sheet where there is none: it is copied, or scanned', async () => {
    const writeText = vi.fn().mockResolvedValue(undefined);
    offer({ writeText });
    const part = panel();
    expect(() => button(part, 'Share…')).toThrow();
    const code = part.querySelector('[role=img]');
    expect(code?.getAttribute('aria-label')).toBe('QR code of the invitation link');
    button(part, 'Copy link').click();
    await vi.waitFor(() => expect(status(part)).toBe('Link copied'));
    expect(writeText.mock.calls).toEqual([[LINK]]);
  });

  it('leaves its link ready to copy where the browser will not write it', async () => {
    offer({ writeText: vi.fn().mockRejectedValue(new DOMException('no', 'NotAllowedError')) });
    const part = panel();
    button(part, 'Copy link').click();
    await vi.waitFor(() => expect(status(part)).toBe('The link is selected: copy it by hand.'));
    expect(selected(part)).toBe(LINK);
  });
});
