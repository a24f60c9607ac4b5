/**
 * Taps on the film of a touch screen: one shows or hides the controls, two on the same half jump,
 * and each further one jumps again.
 */

/** Taps closer to each other than this belong together. */
export const TAPS_TOGETHER_MS = 350;
/** How far each jump goes. */
export const TAP_SEEK_MS = 10_000;

export type TapMeaning =
  | { kind: 'single' }
  /** `totalMs`: this jump and those just before it, for the hint. */
  | { kind: 'seek'; deltaMs: number; totalMs: number };

type Half = 'left' | 'right';

export class Taps {
  #last: { atMs: number; half: Half } | null = null;
  #totalMs = 0;

  /** `share`: where on the film's width the finger came down, 0 to 1. */
  tap(nowMs: number, share: number): TapMeaning {
    const half: Half = share < 0.5 ? 'left' : 'right';
    const last = this.#last;
    this.#last = { atMs: nowMs, half };
    if (!last || last.half !== half || nowMs - last.atMs > TAPS_TOGETHER_MS) {
      this.#totalMs = 0;
      return { kind: 'single' };
    }
    const deltaMs = half === 'left' ? -TAP_SEEK_MS : TAP_SEEK_MS;
    this.#totalMs += deltaMs;
    return { kind: 'seek', deltaMs, totalMs: this.#totalMs };
  }
}
