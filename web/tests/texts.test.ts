import { describe, expect, it } from 'vitest';
import frames from '../../schemas/json/server-frame.v1.schema.json';
import { en } from '../src/texts/en';
import { plural, position } from '../src/texts/forms';
import { ru } from '../src/texts/ru';
import { preferred, speak, texts } from '../src/texts/texts';

describe('texts', () => {
  it.each([
    [0, '0:00'],
    [-5, '0:00'],
    [59_999, '0:59'],
    [61_000, '1:01'],
    [3_661_000, '1:01:01'],
  ])('shows %i ms as %s', (ms, text) => {
    expect(position(ms)).toBe(text);
  });

  it('chooses the form by the rules of the language', () => {
    const forms = { one: '# друг', few: '# друга', many: '# друзей', other: '# друга' };
    const russian = plural<'one' | 'few' | 'many' | 'other'>('ru');
    expect([1, 3, 5, 21].map((count) => russian(count, forms))).toEqual([
      '1 друг',
      '3 друга',
      '5 друзей',
      '21 друг',
    ]);
  });

  it.each([
    [['Petr'], 'Petr wants this too'],
    [['Petr', 'Anna'], 'Petr and Anna want this too'],
    [['Petr', 'Anna', 'Oleg'], 'Petr and 2 other friends want this too'],
  ])('tells who wants a film: %j', (names, text) => {
    expect(texts.film.wantToo(names)).toBe(text);
  });

  it.each([
    [['Petr'], 0, 'In the room: Petr'],
    [['Petr', 'Anna'], 1, 'In the room: Petr, Anna, and 1 other'],
    [[], 3, 'In the room: 3 others'],
  ])('tells who was there: %j and %i more', (names, more, text) => {
    expect(en.evenings.there(names, more)).toBe(text);
  });

  it('tells for whom the room waits', () => {
    expect(texts.room.waitingFor(['Petr'], 9)).toBe('Waiting for Petr, 9 s');
  });
});

/** Every word by which a room refuses. */
const REFUSALS = frames.$defs.RejectCode.oneOf.map(({ const: code }) => code);
const CLOSED_BECAUSE = ['owner', 'ended', 'empty', 'too_old'] as const;

describe('languages', () => {
  it.each(REFUSALS)('tell why a room refused by its word “%s”', (code) => {
    expect(en.room.refused(code)).not.toBe(en.room.refused('no such word'));
    expect(ru.room.refused(code)).not.toBe(ru.room.refused('no such word'));
  });

  it.each(CLOSED_BECAUSE)('end the line of a room that is closed (%s) without a stop', (reason) => {
    expect(en.room.closedBecause[reason]).toMatch(/[^.]$/);
    expect(ru.room.closedBecause[reason]).toMatch(/[^.]$/);
  });

  it('have the same keys, of the same kinds', () => {
    expect(shape(ru)).toEqual(shape(en));
  });

  it('leave nothing empty, and nothing in English by oversight', () => {
    const english = new Map(sentences(en));
    const same = sentences(ru).filter(([key, text]) => text === english.get(key));
    expect(same).toEqual([['app', 'Movie Together']]);
    expect(sentences(ru).filter(([, text]) => !text.trim())).toEqual([]);
  });

  it.each([
    [['Пётр'], 'Пётр тоже хочет посмотреть'],
    [['Пётр', 'Анна'], 'Пётр и Анна тоже хотят посмотреть'],
    [['Пётр', 'Анна', 'Олег'], 'Пётр и ещё 2 друга тоже хотят посмотреть'],
    [Array(6).fill('Пётр'), 'Пётр и ещё 5 друзей тоже хотят посмотреть'],
    [Array(22).fill('Пётр'), 'Пётр и ещё 21 друг тоже хотят посмотреть'],
  ])('tell who wants a film in Russian: %j', async (names, text) => {
    await speak('ru');
    expect(texts.film.wantToo(names)).toBe(text);
  });

  it('have a form of each noun for each rule of the language', () => {
    for (const over of [1, 2, 5, 11, 21, 104, 1_001]) {
      expect(ru.chat.tooLong(over)).toMatch(/\d/);
      expect(en.chat.tooLong(over)).toMatch(/\d/);
    }
  });

  it.each([
    [['ru-RU', 'en'], 'ru'],
    [['de', 'ru'], 'ru'],
    [['en-GB', 'ru'], 'en'],
    [['de'], 'en'],
    [['constructor'], 'en'],
    [[], 'en'],
  ])('of a person who reads %j', (tags, language) => {
    expect(preferred(tags)).toBe(language);
  });

  it('change on the page that is open', async () => {
    await speak('ru');
    expect(texts.loading).toBe('Загрузка…');
    expect(document.documentElement.lang).toBe('ru');
  });

  it('end as the last one asked for, whichever loads first', async () => {
    await Promise.all([speak('ru'), speak('en')]);
    expect(texts.loading).toBe('Loading…');
    expect(document.documentElement.lang).toBe('en');
  });
});

type Branch = { readonly [key: string]: unknown };

/** Where each text stands and whether it is a sentence or makes one. */
function shape(dictionary: Branch): string[] {
  return leaves(dictionary)
    .map(([key, text]) => `${key}: ${typeof text}`)
    .sort();
}

function sentences(dictionary: Branch): [key: string, text: string][] {
  return leaves(dictionary).filter((leaf): leaf is [string, string] => typeof leaf[1] === 'string');
}

function leaves(branch: Branch, path = ''): [key: string, text: unknown][] {
  return Object.entries(branch).flatMap(([key, text]): [string, unknown][] =>
    typeof text === 'object' && text !== null
      ? leaves(text as Branch, `${path}${key}.`)
      : [[`${path}${key}`, text]],
  );
}
