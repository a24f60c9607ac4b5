/** How a person likes their player, kept from visit to visit. */
import { isRecord, keep, recall } from '../kept';
import { type Offsets, offsetsFrom, withOffset } from './offsets';
import {
  SUBTITLE_GROUNDS,
  SUBTITLE_SIZES,
  type SubtitleChoice,
  type SubtitleGround,
  type SubtitleSize,
} from './subtitles';

const KEY = 'movie-together.player';

interface Kept {
  volume: number;
  muted: boolean;
  subtitlesOn: boolean;
  /** The last choice, also while subtitles are off. */
  subtitles: SubtitleChoice | null;
  subtitleSize: SubtitleSize;
  subtitleGround: SubtitleGround;
  offsets: Offsets;
}

class Preferences {
  #kept = $state.raw<Kept>(keptFrom(recall('local', KEY, (stored) => stored)));

  get volume(): number {
    return this.#kept.volume;
  }

  get muted(): boolean {
    return this.#kept.muted;
  }

  get subtitlesOn(): boolean {
    return this.#kept.subtitlesOn;
  }

  get subtitles(): SubtitleChoice | null {
    return this.#kept.subtitles;
  }

  get subtitleSize(): SubtitleSize {
    return this.#kept.subtitleSize;
  }

  get subtitleGround(): SubtitleGround {
    return this.#kept.subtitleGround;
  }

  /** The offset set for this film, null where none was. */
  offsetMs(movieId: string): number | null {
    return this.#kept.offsets.get(movieId) ?? null;
  }

  setOffsetMs(movieId: string, offsetMs: number): void {
    this.set({ offsets: withOffset(this.#kept.offsets, movieId, offsetMs) });
  }

  set(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    keep('local', KEY, { ...this.#kept, offsets: [...this.#kept.offsets] });
  }
}

export const preferences = new Preferences();

/** Whatever lies in the storage, made whole: each field that makes no sense is the usual one. */
export function keptFrom(stored: unknown): Kept {
  const read = isRecord(stored) ? stored : {};
  const { volume, subtitles } = read;
  const choice = isRecord(subtitles) ? subtitles : {};
  return {
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : 1,
    muted: read.muted === true,
    subtitlesOn: read.subtitlesOn === true,
    subtitles:
      typeof choice.language === 'string' && typeof choice.label === 'string'
        ? { language: choice.language, label: choice.label }
        : null,
    subtitleSize: SUBTITLE_SIZES.find((size) => size === read.subtitleSize) ?? 'medium',
    subtitleGround: SUBTITLE_GROUNDS.find((ground) => ground === read.subtitleGround) ?? 'shade',
    offsets: offsetsFrom(read.offsets),
  };
}
