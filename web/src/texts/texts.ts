/**
 * The texts of the page, in the person's language: `texts.area.key`. Each language is a file of its
 * own that is loaded when it is spoken, and the page on the screen changes with it.
 *
 * To add a language: write its dictionary beside `en` with the type `Texts` (the compiler names what
 * is missing) and add it to `DICTIONARIES`.
 */
import type { Texts } from './en';
import { spoken } from './spoken.svelte';

export type Language = keyof typeof DICTIONARIES;

const DICTIONARIES = {
  en: () => import('./en').then(({ en }): Texts => en),
  ru: () => import('./ru').then(({ ru }): Texts => ru),
};

/** What is spoken to those who speak none of our languages. */
const FALLBACK: Language = 'en';

/** Looks into the dictionary that is spoken at the moment of reading. */
export const texts = new Proxy({} as Texts, {
  get: (_, area) => spoken.texts[area as keyof Texts],
});

/** The first of a person's languages (`ru-RU`, `en`) that we speak. */
export function preferred(tags: readonly string[]): Language {
  const wanted = tags.map((tag) => tag.split('-')[0]);
  return wanted.find(isLanguage) ?? FALLBACK;
}

let latest: Language | null = null;

/** Loads a language and speaks it from then on, unless another one was asked for meanwhile. */
export async function speak(language: Language): Promise<void> {
  latest = language;
  const dictionary = await DICTIONARIES[language]();
  if (latest !== language) return;
  spoken.texts = dictionary;
  document.documentElement.lang = language;
}

function isLanguage(word: string | undefined): word is Language {
  return word !== undefined && Object.hasOwn(DICTIONARIES, word);
}
