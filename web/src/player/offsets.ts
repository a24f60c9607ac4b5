/** A person's own shifts against the room, by film: a slow screen is slow in its own way each time. */
import { boundedOffsetMs } from '../settings/stored';

/** Films whose offset is remembered; the one set longest ago makes room. */
export const OFFSETS_KEPT_MAX = 100;

/** By film id, the latest last. */
export type Offsets = ReadonlyMap<string, number>;

export function withOffset(offsets: Offsets, movieId: string, offsetMs: number): Offsets {
  const others = [...offsets].filter(([id]) => id !== movieId);
  const entry: [string, number] = [movieId, boundedOffsetMs(offsetMs)];
  return new Map([...others, entry].slice(-OFFSETS_KEPT_MAX));
}

export function offsetsFrom(stored: unknown): Offsets {
  if (!Array.isArray(stored)) return new Map();
  const entries = stored.filter(
    (entry): entry is [string, number] =>
      Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number',
  );
  return new Map(entries.map(([id, offsetMs]) => [id, boundedOffsetMs(offsetMs)]));
}
