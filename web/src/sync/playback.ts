/** What a room agreed to show. The only thing that this library knows of a room. */

/** A bounded wait of everyone for one member; it ends by itself. */
export interface Hold {
  user: string;
  reason: string;
  /** Room time, ms since 1970. */
  until_ms: number;
}

/** Field names are those of the wire. */
export interface Playback {
  movie_id: string;
  paused: boolean;
  position_ms: number;
  rate: number;
  /** Room time, ms since 1970, at which the film is or will be at `position_ms`. */
  since_ms: number;
  holds: Hold[];
}
