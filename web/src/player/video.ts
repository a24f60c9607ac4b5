/** A `<video>` element as a `Player`. How its media gets there is the business of `attach.ts`. */
import type { Player, PlayOutcome } from '../sync/player';
import { LOOK_PAUSE_MS, Steps } from './steps';

/** After these the player is somewhere else, or can go on: worth a look at once. */
const CHANGES = ['seeked', 'playing', 'canplay', 'waiting', 'loadedmetadata'] as const;
/** And at these its film runs. */
const MOVES = ['playing', 'timeupdate'] as const;

export class VideoPlayer implements Player {
  readonly #video: HTMLVideoElement;
  readonly #steps = new Steps();
  /** Looks often, while that is worth it. */
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    video.preservesPitch = true;
  }

  get positionMs(): number {
    return this.#look();
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
    const heed = () => this.#heed();
    for (const change of CHANGES) this.#video.addEventListener(change, look);
    for (const move of MOVES) this.#video.addEventListener(move, heed);
    return () => {
      for (const change of CHANGES) this.#video.removeEventListener(change, look);
      for (const move of MOVES) this.#video.removeEventListener(move, heed);
      clearInterval(this.#looking);
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
    this.#steps.forget();
    this.#video.currentTime = positionMs / 1000;
  }

  setRate(rate: number): void {
    if (this.#video.playbackRate === rate) return;
    this.#steps.forget();
    this.#video.playbackRate = rate;
  }

  /** Where the player is, as well as the browser lets one know. */
  #look(): number {
    const { currentTime, paused, seeking, playbackRate } = this.#video;
    const toldMs = currentTime * 1000;
    if (!paused && !seeking && this.ready) {
      return this.#steps.look(performance.now(), toldMs, playbackRate);
    }
    this.#steps.forget();
    return toldMs;
  }

  /** A film runs; a hidden page's timers rest, but it is told of the time still. */
  #heed(): void {
    this.#look();
    if (!this.#steps.worthLooking || this.#video.paused) return;
    this.#looking ??= setInterval(() => {
      this.#look();
      if (this.#steps.worthLooking && !this.#video.paused) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    }, LOOK_PAUSE_MS);
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
