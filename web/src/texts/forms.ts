/** Building blocks of texts: plurals, lists, lengths of time. */

/** The forms that a noun takes in a language, by what the language counts. */
type Forms<Rule extends Intl.LDMLPluralRule> = Record<Rule, string>;

/**
 * Picks the form of a noun for a number; `#` in it is the number. `Rule` names every form that the
 * language has, so the compiler knows which one is missing.
 */
export function plural<Rule extends Intl.LDMLPluralRule>(
  locale: string,
): (count: number, forms: Forms<Rule>) => string {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (count, forms) => forms[rules.select(count) as Rule].replace('#', numbers.format(count));
}

/** How a language writes lists, moments and numbers. */
export function writing(locale: string) {
  const lists = new Intl.ListFormat(locale, { type: 'conjunction' });
  const times = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const days = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  return {
    list: (items: readonly string[]) => lists.format(items),
    time: (ms: number) => times.format(ms),
    date: (moment: number | string) => dates.format(new Date(moment)),
    day: (ms: number) => days.format(ms),
    number: (value: number) => numbers.format(value),
  };
}

/** Length of a film, as whole hours and minutes; never nothing at all. */
export function length(ms: number): { hours: number; minutes: number } {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

/** Position in a film: `4:05`, `1:04:05`. */
export function position(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = [hours ? pad(minutes) : String(minutes), pad(seconds % 60)];
  return (hours ? [String(hours), ...rest] : rest).join(':');
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
