import { describe, expect, it } from 'vitest';
import { plural, position } from '../src/texts/forms';
import { texts } from '../src/texts/texts';

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
    const russian = plural('ru');
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

  it('tells for whom the room waits', () => {
    expect(texts.room.waitingFor(['Petr'], 9)).toBe('Waiting for Petr, 9 s');
  });
});
