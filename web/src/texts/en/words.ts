/** How English counts and lists. */
import { plural, writing } from '../forms';

const LOCALE = 'en';

export const count = plural<'one' | 'other'>(LOCALE);
export const { list, time, date, day, number } = writing(LOCALE);

/** Names shown one by one before the rest becomes a number. */
const NAMES_SHOWN_MAX = 2;

export function people(names: readonly string[]): string {
  if (names.length <= NAMES_SHOWN_MAX) return list(names);
  const others = names.length - 1;
  return list([names[0] ?? '', count(others, { one: '# other friend', other: '# other friends' })]);
}
