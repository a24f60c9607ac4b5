/** What a person chose on this device, as it is kept: read with doubt, since anyone may edit it. */

export const LANGUAGES = ['system', 'en', 'ru'] as const;
export const THEMES = ['system', 'light', 'dark'] as const;
/** An own offset beyond this means a screen that is broken, not slow. */
export const OFFSET_MAX_MS = 5_000;
export const OFFSET_STEP_MS = 10;

export type LanguageChoice = (typeof LANGUAGES)[number];
export type ThemeChoice = (typeof THEMES)[number];

export interface Choices {
  language: LanguageChoice;
  theme: ThemeChoice;
  /** How far this screen shows ahead of the room, to make up for its own delay, ms. */
  offsetMs: number;
}

export const DEFAULTS: Choices = { language: 'system', theme: 'system', offsetMs: 0 };

/** Each choice that can be read, and the default for each that cannot. */
export function readChoices(text: string | null): Choices {
  const stored = parsed(text);
  return {
    language: oneOf(LANGUAGES, stored.language) ?? DEFAULTS.language,
    theme: oneOf(THEMES, stored.theme) ?? DEFAULTS.theme,
    offsetMs: boundedOffsetMs(stored.offsetMs),
  };
}

/** The nearest offset that is allowed; none where it is no number. */
export function boundedOffsetMs(wanted: unknown): number {
  if (typeof wanted !== 'number' || !Number.isFinite(wanted)) return DEFAULTS.offsetMs;
  return Math.max(-OFFSET_MAX_MS, Math.min(OFFSET_MAX_MS, Math.round(wanted)));
}

function parsed(text: string | null): Partial<Record<keyof Choices, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function oneOf<Choice>(choices: readonly Choice[], wanted: unknown): Choice | undefined {
  return choices.find((choice) => choice === wanted);
}
