/**
 * Small values that outlive a reload (`session`) or a visit (`local`). Some browsers forbid
 * storage, and what lies there may be of an older version or of somebody's own making: then
 * nothing is remembered, which is never an error.
 */

export type Scope = 'local' | 'session';

/** What lies under a key, if `read` knows it for a value it can use. */
export function recall<Value>(
  scope: Scope,
  key: string,
  read: (stored: unknown) => Value | null,
): Value | null {
  try {
    const text = storage(scope).getItem(key);
    return text === null ? null : read(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Keeps a value under a key; `null` takes it away. */
export function keep(scope: Scope, key: string, value: unknown): void {
  try {
    if (value === null) storage(scope).removeItem(key);
    else storage(scope).setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden.
  }
}

/** Whether something read back is an object whose fields can be looked at. */
export function isRecord(stored: unknown): stored is Record<string, unknown> {
  return typeof stored === 'object' && stored !== null && !Array.isArray(stored);
}

function storage(scope: Scope): Storage {
  return scope === 'local' ? localStorage : sessionStorage;
}
