/**
 * The tokens of the signed-in person, kept where every tab of this browser sees them. A refresh
 * token works once, so whoever trades it in must store the new pair before anyone else reads.
 */
import type { Tokens } from '../api/types';

export interface StoredTokens {
  userId: string;
  name: string;
  accessToken: string;
  refreshToken: string;
  /** On this device's own clock, ms since 1970. */
  accessEndsAtMs: number;
}

export interface TokenStore {
  read(): StoredTokens | null;
  write(tokens: StoredTokens | null): void;
}

const KEY = 'movie-together.tokens';

/** Tokens in `localStorage`; in memory only where the browser forbids it. */
export function browserTokens(storage: Storage | null = localStorageOrNull()): TokenStore {
  let memory: StoredTokens | null = null;
  return {
    read: () => (storage ? parse(storage.getItem(KEY)) : memory),
    write: (tokens) => {
      memory = tokens;
      if (tokens) storage?.setItem(KEY, JSON.stringify(tokens));
      else storage?.removeItem(KEY);
    },
  };
}

/** Calls back when another tab signs in, out, or refreshes. */
export function onTokensChangedElsewhere(changed: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === KEY || event.key === null) changed();
  });
}

/** What a sign-in, sign-up or refresh answered, as it is kept. */
export function storable(tokens: Tokens, nowMs: number): StoredTokens {
  return {
    userId: tokens.user_id,
    name: nameIn(tokens.access_token),
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    accessEndsAtMs: nowMs + tokens.expires_in * 1000,
  };
}

/** The `name` claim. Only shown, never trusted, so the signature is the server's business. */
function nameIn(accessToken: string): string {
  try {
    const payload = (accessToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const named = typeof claims === 'object' && claims !== null && 'name' in claims;
    return named && typeof claims.name === 'string' ? claims.name : '';
  } catch {
    return '';
  }
}

function parse(text: string | null): StoredTokens | null {
  try {
    const tokens = JSON.parse(text ?? 'null') as StoredTokens | null;
    return tokens?.accessToken && tokens.refreshToken ? tokens : null;
  } catch {
    return null;
  }
}

function localStorageOrNull(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
