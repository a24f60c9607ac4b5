/** A `<video>` element as a `Player`. How its media gets there is the business of `attach.ts`. */
import type { Player, PlayOutcome } from '../sync/player';

/** After these the player is somewhere else, or can go on: worth a look at once. */
const CHANGES = ['seeked', 'playing', 'canplay', 'waiting', 'loadedmetadata'] as const;

export class VideoPlayer implements Player {
  readonly #video: HTMLVideoElement;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    video.preservesPitch = true;
  }

  get positionMs(): number {
    return this.#video.currentTime * 1000;
  }

  get durationMs(): number {
    const { duration } = this.#video;
    return Number.isFinite(duration) ? duration * 1000 : 0;
  }

  get paused(): boolean {
    return this.#video.paused;
  }

  get seeking(): boolean {
    return this.#video.seeking;
  }

  get ready(): boolean {
    return this.#video.ended || this.#video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** Calls after each change that is worth a look; returns how to stop. */
  onChange(look: () => void): () => void {
    for (const change of CHANGES) this.#video.addEventListener(change, look);
    return () => {
      for (const change of CHANGES) this.#video.removeEventListener(change, look);
    };
  }

  /** Starts, without sound if the browser allows it only so. */
  async play(): Promise<PlayOutcome> {
    const video = this.#video;
    const first = await this.#tryPlay();
    if (first !== 'refused' || video.muted) return first;
    video.muted = true;
    const second = await this.#tryPlay();
    if (second === 'playing') return 'muted';
    video.muted = false;
    return second;
  }

  pause(): void {
    this.#video.pause();
  }

  seek(positionMs: number): void {
    this.#video.currentTime = positionMs / 1000;
  }

  setRate(rate: number): void {
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
  }

  async #tryPlay(): Promise<PlayOutcome> {
    try {
      await this.#video.play();
      return 'playing';
    } catch (error) {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      return refused ? 'refused' : 'failed';
    }
  }
}
