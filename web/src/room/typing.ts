/** Who is typing: telling the room, and showing what it tells. */

/** At most one `typing` in this time; the server passes on no more than one a second either. */
export const TYPING_PAUSE_MS = 1_500;

/** Says when a `typing` is due while a person types on and on. */
export class TypingTeller {
  #toldMs = Number.NEGATIVE_INFINITY;

  /** Tells by `tell`, which says whether it could, unless it has just been told. */
  typed(nowMs: number, tell: () => boolean): void {
    if (nowMs - this.#toldMs >= TYPING_PAUSE_MS && tell()) this.#toldMs = nowMs;
  }

  /** The line is said: the next letter begins another one. */
  said(): void {
    this.#toldMs = Number.NEGATIVE_INFINITY;
  }
}

/** Ids of the others who are typing at `nowMs`, given until when each counts as doing so. */
export function typingNow(
  untilMs: Readonly<Record<string, number>>,
  meId: string,
  nowMs: number,
): string[] {
  return Object.entries(untilMs)
    .filter(([user, until]) => user !== meId && until > nowMs)
    .map(([user]) => user);
}
