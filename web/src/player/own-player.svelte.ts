/** What a person sets on their own player; nobody else in the room notices. */
import { preferences } from './preferences.svelte';
import { fileToTurnOn, nearestFile, type SubtitleFile } from './subtitles';

export class OwnPlayer {
  /** As the element has them; a browser may mute it by itself, which is no wish of the person. */
  volume = $state(preferences.volume);
  muted = $state(preferences.muted);
  inPicture = $state(false);
  readonly #video: () => HTMLVideoElement | undefined;
  readonly #files: () => readonly SubtitleFile[];

  constructor(
    video: () => HTMLVideoElement | undefined,
    subtitleFiles: () => readonly SubtitleFile[],
  ) {
    this.#video = video;
    this.#files = subtitleFiles;
  }

  get subtitleFiles(): readonly SubtitleFile[] {
    return this.#files();
  }

  /** The subtitles on now. */
  get subtitles(): SubtitleFile | null {
    return preferences.subtitlesOn ? nearestFile(this.#files(), preferences.subtitles) : null;
  }

  /** Whoever turns the volume wants to hear something. */
  setVolume(wanted: number): void {
    this.volume = Math.min(1, Math.max(0, wanted));
    this.muted = false;
    preferences.set({ volume: this.volume, muted: false });
  }

  toggleMuted(): void {
    this.muted = !this.muted;
    preferences.set({ muted: this.muted });
  }

  /** Null turns them off. */
  chooseSubtitles(file: SubtitleFile | null): void {
    if (!file) preferences.set({ subtitlesOn: false });
    else
      preferences.set({
        subtitlesOn: true,
        subtitles: { language: file.language, label: file.label },
      });
  }

  toggleSubtitles(language: string): void {
    this.chooseSubtitles(
      this.subtitles ? null : fileToTurnOn(this.#files(), preferences.subtitles, language),
    );
  }

  /**
   * Follows the picture into a window of its own and back; returns how to stop. A film that leaves
   * the page takes its window along.
   */
  followPicture(video: HTMLVideoElement): () => void {
    const changed = () => {
      this.inPicture = document.pictureInPictureElement === video;
    };
    const events = ['enterpictureinpicture', 'leavepictureinpicture'];
    for (const event of events) video.addEventListener(event, changed);
    return () => {
      for (const event of events) video.removeEventListener(event, changed);
      if (document.pictureInPictureElement === video) void this.togglePicture();
    };
  }

  /** The browser may refuse, as it does before the film is loaded; then nothing happens. */
  async togglePicture(): Promise<void> {
    if (!document.pictureInPictureEnabled) return;
    const act = document.pictureInPictureElement
      ? document.exitPictureInPicture()
      : this.#video()?.requestPictureInPicture();
    await act?.catch(() => undefined);
  }
}
