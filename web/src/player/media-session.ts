/**
 * The system's own media controls (keyboard keys, headphones, lock screen, picture in picture).
 * Handling them here is what tells a person's act from a pause the browser made by itself.
 */

export interface SystemControls {
  play(): void;
  pause(): void;
  seekTo(positionMs: number): void;
  seekBy(deltaMs: number): void;
}

/** What the system shows of the film. */
export interface SystemFilm {
  title: string;
  /** Who invited. */
  artist: string;
  /** Address of the poster, if there is one. */
  poster: string | null;
}

/** Where the film is, for the system's own slider. */
export interface SystemMoment {
  paused: boolean;
  positionMs: number;
  durationMs: number;
  rate: number;
}

/** How far one press of "forward" or "back" jumps, ms. */
export const SYSTEM_SEEK_MS = 10_000;

/** Offers the controls to the system; returns how to take them back. */
export function offerToSystem(controls: SystemControls): () => void {
  const media = navigator.mediaSession;
  if (!media) return () => undefined;
  const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
    play: () => controls.play(),
    pause: () => controls.pause(),
    seekto: ({ seekTime }) => controls.seekTo((seekTime ?? 0) * 1000),
    seekforward: ({ seekOffset }) =>
      controls.seekBy(seekOffset ? seekOffset * 1000 : SYSTEM_SEEK_MS),
    seekbackward: ({ seekOffset }) =>
      controls.seekBy(-(seekOffset ? seekOffset * 1000 : SYSTEM_SEEK_MS)),
  };
  const actions = Object.entries(handlers) as [MediaSessionAction, MediaSessionActionHandler][];
  for (const [action, handler] of actions) setHandler(media, action, handler);
  return () => {
    for (const [action] of actions) setHandler(media, action, null);
  };
}

/** Shows the film to the system; returns how to take it back. */
export function showToSystem({ title, artist, poster }: SystemFilm): () => void {
  const media = navigator.mediaSession;
  if (!media) return () => undefined;
  const artwork = poster ? [{ src: new URL(poster, location.href).href }] : [];
  media.metadata = new MediaMetadata({ title, artist, artwork });
  return () => {
    media.metadata = null;
    media.playbackState = 'none';
  };
}

/** Tells the system where the film is. Call it when something jumps: the rest it counts itself. */
export function tellSystem({ paused, positionMs, durationMs, rate }: SystemMoment): void {
  const media = navigator.mediaSession;
  if (!media) return;
  media.playbackState = paused ? 'paused' : 'playing';
  if (!media.setPositionState || durationMs <= 0) return;
  media.setPositionState({
    duration: durationMs / 1000,
    position: Math.min(Math.max(0, positionMs), durationMs) / 1000,
    playbackRate: rate,
  });
}

/** Browsers throw on actions they do not know. */
function setHandler(
  media: MediaSession,
  action: MediaSessionAction,
  handler: MediaSessionActionHandler | null,
): void {
  try {
    media.setActionHandler(action, handler);
  } catch {
    // This system has no such button.
  }
}
