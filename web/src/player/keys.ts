/** Keys of the player, as people know them from other players. */

export interface KeyActs {
  toggle(): void;
  seekBy(deltaMs: number): void;
  /** To a place in the film, from 0 to 1. */
  seekToShare(share: number): void;
  volumeBy(delta: number): void;
  mute(): void;
  fullscreen(): void;
  subtitles(): void;
  pictureInPicture(): void;
  /** One step slower (-1) or faster (1). */
  rateBy(steps: -1 | 1): void;
  help(): void;
}

/** One press of an arrow, and of J or L, ms. */
export const KEY_SEEK_MS = 5_000;
export const KEY_SEEK_FAR_MS = 10_000;
/** One press of an arrow, as a share of full volume. */
export const KEY_VOLUME = 0.05;

/** What the help shows: keys that do the same stand together. */
export const KEYS_SHOWN = [
  { act: 'toggle', keys: ['Space', 'K'] },
  { act: 'seek', keys: ['←', '→'] },
  { act: 'seekFar', keys: ['J', 'L'] },
  { act: 'share', keys: ['0', '…', '9'] },
  { act: 'volume', keys: ['↑', '↓'] },
  { act: 'mute', keys: ['M'] },
  { act: 'fullscreen', keys: ['F'] },
  { act: 'subtitles', keys: ['C'] },
  { act: 'pictureInPicture', keys: ['P'] },
  { act: 'rate', keys: ['<', '>'] },
  { act: 'help', keys: ['?'] },
] as const;

export type KeyActShown = (typeof KEYS_SHOWN)[number]['act'];

type Act = (acts: KeyActs) => void;

const ACTS: Readonly<Record<string, Act>> = {
  ' ': (acts) => acts.toggle(),
  k: (acts) => acts.toggle(),
  arrowleft: (acts) => acts.seekBy(-KEY_SEEK_MS),
  arrowright: (acts) => acts.seekBy(KEY_SEEK_MS),
  j: (acts) => acts.seekBy(-KEY_SEEK_FAR_MS),
  l: (acts) => acts.seekBy(KEY_SEEK_FAR_MS),
  arrowup: (acts) => acts.volumeBy(KEY_VOLUME),
  arrowdown: (acts) => acts.volumeBy(-KEY_VOLUME),
  m: (acts) => acts.mute(),
  f: (acts) => acts.fullscreen(),
  c: (acts) => acts.subtitles(),
  p: (acts) => acts.pictureInPicture(),
  '<': (acts) => acts.rateBy(-1),
  '>': (acts) => acts.rateBy(1),
  '?': (acts) => acts.help(),
};

/** Keys that go on acting while they are held down; the others act once a press. */
const REPEATING = /^(arrow.*|j|l)$/;

/** Acts on a key, unless it belongs to a field, a button or a shortcut of the browser. */
export function actOnKey(event: KeyboardEvent, acts: KeyActs): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = keyOf(event);
  const act = actOf(key);
  if (!act || belongsToField(event.target, event.key)) return;
  event.preventDefault();
  if (!event.repeat || REPEATING.test(key)) act(acts);
}

function actOf(key: string): Act | null {
  if (/^\d$/.test(key)) return (acts) => acts.seekToShare(Number(key) / 10);
  return ACTS[key] ?? null;
}

/** Letters of a layout without Latin ones (Cyrillic, Greek) count by their place on the keyboard. */
function keyOf({ key, code }: KeyboardEvent): string {
  const place = /^Key([A-Z])$/.exec(code)?.[1];
  const latin = /^[a-z]$/i.test(key);
  return (place && !latin ? place : key).toLowerCase();
}

/** Writing, choosing, scrolling a log and pressing a focused button stay what they are. */
function belongsToField(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const field = target.closest('input, textarea, select, dialog, [contenteditable]');
  // A slider only knows the arrows.
  if (field && !field.matches('input[type="range"]')) return true;
  if (key.startsWith('Arrow') && target.closest('input, [role="log"]')) return true;
  return key === ' ' && target.closest('button, a, summary, [role="log"]') !== null;
}
