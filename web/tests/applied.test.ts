import { flushSync } from 'svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import themeScript from '../public/theme.js?raw';
import { applySettings } from '../src/settings/applied.svelte';
import { settings } from '../src/settings/settings.svelte';
import { texts } from '../src/texts/texts';

const root = document.documentElement;

beforeEach(() => {
  localStorage.clear();
  delete root.dataset.theme;
  settings.theme = 'system';
  settings.language = 'en';
});

describe('what a person set', () => {
  it('is how the page looks and speaks, then and after a change', async () => {
    await applySettings();
    expect(texts.loading).toBe('Loading…');
    expect(root.dataset.theme).toBeUndefined();

    settings.theme = 'dark';
    settings.language = 'ru';
    flushSync();
    expect(root.dataset.theme).toBe('dark');
    await vi.waitFor(() => expect(texts.loading).toBe('Загрузка…'));

    settings.theme = 'system';
    flushSync();
    expect(root.dataset.theme).toBeUndefined();
  });

  it('follows the browser while the person chose nothing', async () => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['ru-RU', 'en']);
    settings.language = 'system';
    await applySettings();
    expect(root.lang).toBe('ru');
  });

  it.each(['light', 'dark'] as const)('is %s before the first paint', (theme) => {
    settings.theme = theme;
    runThemeScript();
    expect(root.dataset.theme).toBe(theme);
  });

  it.each([null, 'null', '{', '{"theme":"system"}', '{"theme":"<b>"}'])(
    'is the system’s theme where %j is kept',
    (kept) => {
      localStorage.clear();
      if (kept !== null) localStorage.setItem('movie-together.settings', kept);
      runThemeScript();
      expect(root.dataset.theme).toBeUndefined();
    },
  );
});

/** As the browser does from the head of the document. */
function runThemeScript(): void {
  new Function(themeScript)();
}
