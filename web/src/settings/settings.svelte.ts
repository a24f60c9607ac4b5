/**
 * What a person chose on this device, for the whole page; every tab of the browser agrees. To add
 * a setting: a field of `Choices` with its check in `readChoices`, a pair of accessors here, and
 * its control on the settings screen.
 */
import {
  boundedOffsetMs,
  type Choices,
  type LanguageChoice,
  readChoices,
  type ThemeChoice,
} from './stored';

const KEY = 'movie-together.settings';

class Settings {
  #choices = $state.raw<Choices>(readChoices(stored()));

  constructor() {
    addEventListener('storage', (event) => {
      if (event.key === KEY || event.key === null) this.#choices = readChoices(stored());
    });
  }

  get language(): LanguageChoice {
    return this.#choices.language;
  }

  set language(language: LanguageChoice) {
    this.#change({ language });
  }

  get theme(): ThemeChoice {
    return this.#choices.theme;
  }

  set theme(theme: ThemeChoice) {
    this.#change({ theme });
  }

  /** Where a room's own offset starts from, ms; a person may set another in each room. */
  get offsetMs(): number {
    return this.#choices.offsetMs;
  }

  set offsetMs(offsetMs: number) {
    this.#change({ offsetMs: boundedOffsetMs(offsetMs) });
  }

  #change(change: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#choices));
    } catch {
      // A browser that keeps nothing forgets the choice with the tab.
    }
  }
}

export const settings = new Settings();

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
