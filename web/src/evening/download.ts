/** Hands a value to the person as a file, made in this page: nothing leaves the device. */

/** A browser needs the file's address for a moment after the press. */
const KEPT_MS = 60_000;

export function downloadJson(name: string, value: unknown): void {
  const file = new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
