/** Which of a film's subtitles to show, and how they look. */

/** A WebVTT file of a film. */
export interface SubtitleFile {
  url: string;
  /** BCP 47: `en`, `pt-BR`. */
  language: string;
  label: string;
}

/** What a person chose last: a label tells two files of one language apart. */
export type SubtitleChoice = Pick<SubtitleFile, 'language' | 'label'>;

export const SUBTITLE_SIZES = ['small', 'medium', 'large', 'huge'] as const;
export type SubtitleSize = (typeof SUBTITLE_SIZES)[number];
export const SUBTITLE_GROUNDS = ['none', 'shade', 'solid'] as const;
export type SubtitleGround = (typeof SUBTITLE_GROUNDS)[number];

/** The file that comes nearest to a choice: the same one, its language, or a kin of that. */
export function nearestFile(
  files: readonly SubtitleFile[],
  choice: SubtitleChoice | null,
): SubtitleFile | null {
  if (!choice) return null;
  const inLanguage = files.filter((file) => sameTag(file.language, choice.language));
  return (
    inLanguage.find((file) => file.label === choice.label) ??
    inLanguage[0] ??
    files.find((file) => mainTag(file.language) === mainTag(choice.language)) ??
    null
  );
}

/** What to show when a person only says "subtitles": their last choice, their language, any. */
export function fileToTurnOn(
  files: readonly SubtitleFile[],
  last: SubtitleChoice | null,
  language: string,
): SubtitleFile | null {
  return (
    nearestFile(files, last) ?? nearestFile(files, { language, label: '' }) ?? files[0] ?? null
  );
}

function sameTag(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function mainTag(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? '';
}
