/**
 * Gives every call a living access token. Refreshing is done once however many calls wait for
 * it, and by one tab at a time: a refresh token used twice would sign the person out everywhere.
 */
import { ApiError } from '../api/errors';
import type { Tokens } from '../api/types';
import { type StoredTokens, storable, type TokenStore } from './tokens';

/** How long before its end an access token is traded in. */
export const REFRESH_AHEAD_MS = 30_000;
/** Tabs that cannot lock each other out spread their refreshes over this much more. */
export const REFRESH_SPREAD_MS = 60_000;

export interface RefreshParts {
  store: TokenStore;
  /** Trades a refresh token in; throws `ApiError`. */
  trade(refreshToken: string): Promise<Tokens>;
  /** Runs `work` while no other tab runs it. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  nowMs(): number;
  random(): number;
}

export class TokenKeeper {
  readonly #parts: RefreshParts;
  readonly #aheadMs: number;
  #refreshing: Promise<string | null> | null = null;

  constructor(parts: RefreshParts) {
    this.#parts = parts;
    this.#aheadMs = REFRESH_AHEAD_MS + parts.random() * REFRESH_SPREAD_MS;
  }

  /** A token that lives, or null when nobody is signed in. Throws when Auth does not answer. */
  async accessToken(): Promise<string | null> {
    const tokens = this.#parts.store.read();
    if (!tokens) return null;
    return this.#lives(tokens) ? tokens.accessToken : this.#refreshFrom(tokens.accessToken);
  }

  /** Like `accessToken`, after the server refused `refused` although it should have lived. */
  async replace(refused: string): Promise<string | null> {
    const tokens = this.#parts.store.read();
    if (!tokens) return null;
    return tokens.accessToken !== refused ? tokens.accessToken : this.#refreshFrom(refused);
  }

  #refreshFrom(old: string): Promise<string | null> {
    this.#refreshing ??= this.#parts
      .exclusively(() => this.#refresh(old))
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  async #refresh(old: string): Promise<string | null> {
    const { store, trade, nowMs } = this.#parts;
    const tokens = store.read();
    if (!tokens) return null;
    // Another tab was quicker while we waited for our turn.
    if (tokens.accessToken !== old) return tokens.accessToken;
    try {
      const fresh = storable(await trade(tokens.refreshToken), nowMs());
      store.write(fresh);
      return fresh.accessToken;
    } catch (error) {
      if (!(error instanceof ApiError) || error.passing) throw error;
      if (store.read()?.refreshToken === tokens.refreshToken) store.write(null);
      return null;
    }
  }

  #lives(tokens: StoredTokens): boolean {
    return tokens.accessEndsAtMs - this.#aheadMs > this.#parts.nowMs();
  }
}

/** One tab at a time, where the browser can promise that (a secure page); else one at a time here. */
export function exclusivelyByLock(name: string): RefreshParts['exclusively'] {
  return (work) => (navigator.locks ? navigator.locks.request(name, work) : work());
}
