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

/** How far one press of "forward" or "back" jumps, ms. */
export const SYSTEM_SEEK_MS = 10_000;

/** Offers the controls to the system; returns how to take them back. */
export function offerToSystem(title: string, controls: SystemControls): () => void {
  const media = navigator.mediaSession;
  if (!media) return () => undefined;
  media.metadata = new MediaMetadata({ title });
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
    media.metadata = null;
    for (const [action] of actions) setHandler(media, action, null);
  };
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
