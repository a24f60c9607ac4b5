import { beforeEach, describe, expect, it, vi } from 'vitest';
import { boundedOffsetMs, DEFAULTS, OFFSET_MAX_MS, readChoices } from '../src/settings/stored';

const KEY = 'movie-together.settings';

describe('stored choices', () => {
  it('are read as they were written', () => {
    const choices = { language: 'ru', theme: 'dark', offsetMs: -120 };
    expect(readChoices(JSON.stringify(choices))).toEqual(choices);
  });

  it.each([null, '', 'no json', 'null', '7', '[]', '{}'])('are the defaults for %j', (text) => {
    expect(readChoices(text)).toEqual(DEFAULTS);
  });

  it('keep what can be read beside what cannot', () => {
    const text = JSON.stringify({ language: 'xx', theme: 'light', offsetMs: '90' });
    expect(readChoices(text)).toEqual({ language: 'system', theme: 'light', offsetMs: 0 });
  });

  it.each([
    [OFFSET_MAX_MS, OFFSET_MAX_MS],
    [OFFSET_MAX_MS + 1, OFFSET_MAX_MS],
    [-OFFSET_MAX_MS - 1, -OFFSET_MAX_MS],
    [12.4, 12],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
  ])('bound an offset of %d ms to %d', (wanted, bounded) => {
    expect(boundedOffsetMs(wanted)).toBe(bounded);
  });
});

describe('settings', () => {
  beforeEach(() => {
    localStorage.clear();
    vi.resetModules();
  });

  const fresh = async () => (await import('../src/settings/settings.svelte')).settings;

  it('outlive the page', async () => {
    const settings = await fresh();
    settings.theme = 'dark';
    settings.offsetMs = 80;
    vi.resetModules();
    const later = await fresh();
    expect([later.language, later.theme, later.offsetMs]).toEqual(['system', 'dark', 80]);
  });

  it('follow another tab', async () => {
    const settings = await fresh();
    localStorage.setItem(KEY, JSON.stringify({ language: 'ru' }));
    dispatchEvent(new StorageEvent('storage', { key: KEY }));
    expect(settings.language).toBe('ru');
  });

  it('last as long as the tab where the browser keeps nothing', async () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const settings = await fresh();
    settings.language = 'en';
    expect(settings.language).toBe('en');
  });
});
