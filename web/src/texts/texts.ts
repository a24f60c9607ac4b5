/**
 * The texts of the page, in the person's language. To add a language: write its dictionary beside
 * `en.ts` with the type `Texts` (the compiler names what is missing) and add it to `LANGUAGES`.
 */
import { en } from './en';

export type Texts = typeof en;

const LANGUAGES: Record<string, Texts> = { en };

/** The first of the person's languages that we speak. */
export const language =
  navigator.languages.map((tag) => tag.split('-')[0] ?? '').find((tag) => tag in LANGUAGES) ?? 'en';

export const texts: Texts = LANGUAGES[language] ?? en;
