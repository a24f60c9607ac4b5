/**
 * What the controller needs of a player, and nothing else. To add a kind of player (a TV's own,
 * a desktop player behind a socket) implement this and hand it to the controller.
 */

export interface Player {
  /** Position in the film, ms. */
  readonly positionMs: number;
  /** Length of the film, ms; 0 while unknown. */
  readonly durationMs: number;
  readonly paused: boolean;
  /** A seek is under way. */
  readonly seeking: boolean;
  /** There is enough data to play on from here, or nothing left to play. */
  readonly ready: boolean;

  play(): Promise<PlayOutcome>;
  pause(): void;
  seek(positionMs: number): void;
  /** Speed, 1 is normal; pitch is kept. */
  setRate(rate: number): void;
}

/**
 * `muted`: the browser allowed it only without sound. `refused`: it wants a person's touch first.
 * `failed`: the medium could not start, or something interrupted the start.
 */
export type PlayOutcome = 'playing' | 'muted' | 'refused' | 'failed';
