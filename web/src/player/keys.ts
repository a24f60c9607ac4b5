/** Keys of the player, as people know them from other players. */

export interface KeyActs {
  toggle(): void;
  seekBy(deltaMs: number): void;
  volumeBy(delta: number): void;
  mute(): void;
  fullscreen(): void;
}

/** One press of an arrow, and of J or L, ms. */
export const KEY_SEEK_MS = 5_000;
export const KEY_SEEK_FAR_MS = 10_000;
/** One press of an arrow, as a share of full volume. */
export const KEY_VOLUME = 0.05;

/** Acts on a key, unless it belongs to a field, a button or a shortcut of the browser. */
export function actOnKey(event: KeyboardEvent, acts: KeyActs): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = actOf(event.key.toLowerCase(), acts);
  if (!act || belongsToField(event.target, event.key)) return;
  event.preventDefault();
  act();
}

function actOf(key: string, acts: KeyActs): (() => void) | null {
  switch (key) {
    case ' ':
    case 'k':
      return () => acts.toggle();
    case 'arrowleft':
      return () => acts.seekBy(-KEY_SEEK_MS);
    case 'arrowright':
      return () => acts.seekBy(KEY_SEEK_MS);
    case 'j':
      return () => acts.seekBy(-KEY_SEEK_FAR_MS);
    case 'l':
      return () => acts.seekBy(KEY_SEEK_FAR_MS);
    case 'arrowup':
      return () => acts.volumeBy(KEY_VOLUME);
    case 'arrowdown':
      return () => acts.volumeBy(-KEY_VOLUME);
    case 'm':
      return () => acts.mute();
    case 'f':
      return () => acts.fullscreen();
    default:
      return null;
  }
}

/** Writing, choosing, scrolling a log and pressing a focused button stay what they are. */
function belongsToField(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, textarea, select, dialog, [contenteditable]')) return true;
  if (key.startsWith('Arrow') && target.closest('[role="log"]')) return true;
  return key === ' ' && target.closest('button, a, summary, [role="log"]') !== null;
}
