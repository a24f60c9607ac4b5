/** Speeds of the film that a person can choose. */
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** The choices, with the room's own among them whatever it is. */
export function ratesWith(rate: number): number[] {
  return [...new Set([...RATES, rate])].sort((a, b) => a - b);
}

/** One step slower (-1) or faster (1); the ends stay. */
export function rateAfter(rate: number, steps: -1 | 1): number {
  const rates = ratesWith(rate);
  return rates[rates.indexOf(rate) + steps] ?? rate;
}
