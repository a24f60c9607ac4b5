/** Building blocks of texts: plurals, lists, lengths of time. */

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Picks the form of a noun for a number; `#` in it is the number. */
export function plural(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (count, forms) =>
    (forms[rules.select(count)] ?? forms.other).replace('#', numbers.format(count));
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
