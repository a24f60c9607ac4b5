/** The page as the person set it: its language and its theme, now and whenever they change. */
import { preferred, speak } from '../texts/texts';
import { settings } from './settings.svelte';

/** Follows the settings from now on; resolves once the page has a language to speak. */
export function applySettings(): Promise<void> {
  return new Promise((resolve, reject) => {
    $effect.root(() => {
      $effect(applyTheme);
      $effect(() => {
        const { language } = settings;
        const spoken = language === 'system' ? preferred(navigator.languages) : language;
        speak(spoken).then(resolve, reject);
      });
    });
  });
}

/** `public/theme.js` has done the same before the first paint. */
function applyTheme(): void {
  const { theme } = settings;
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
