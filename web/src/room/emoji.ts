/** The faces and things that the picker offers, in rows as they are shown. */

export const EMOJI_COLUMNS = 8;

export const EMOJI = [
  '😀',
  '😂',
  '🤣',
  '😊',
  '😍',
  '😘',
  '😎',
  '🤔',
  '😮',
  '😱',
  '😢',
  '😭',
  '😡',
  '😴',
  '🤯',
  '🥳',
  '👍',
  '👎',
  '👏',
  '🙌',
  '🙏',
  '💪',
  '👋',
  '🤞',
  '❤️',
  '💔',
  '🔥',
  '✨',
  '🎉',
  '💯',
  '👀',
  '💀',
  '🍿',
  '🎬',
  '🍕',
  '🍷',
  '☕',
  '🐱',
  '❓',
  '❗',
] as const;

export type Emoji = (typeof EMOJI)[number];

/** Where an arrow key, Home or End leads from place `at`; null for other keys. */
export function emojiPlaceAfter(key: string, at: number): number | null {
  const last = EMOJI.length - 1;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowRight':
      return Math.min(last, at + 1);
    case 'ArrowUp':
      return at < EMOJI_COLUMNS ? at : at - EMOJI_COLUMNS;
    case 'ArrowDown':
      return at + EMOJI_COLUMNS > last ? at : at + EMOJI_COLUMNS;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
