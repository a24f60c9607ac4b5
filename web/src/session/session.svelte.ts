/** Who is signed in, for the whole page. Every tab of the browser agrees. */
import { logOut, refresh } from '../api/account';
import { useTokens } from '../api/client';
import type { Tokens } from '../api/types';
import { exclusivelyByLock, TokenKeeper } from './refresh';
import { browserTokens, onTokensChangedElsewhere, storable } from './tokens';

const store = browserTokens();
const keeper = new TokenKeeper({
  store,
  trade: refresh,
  exclusively: exclusivelyByLock('movie-together.refresh'),
  nowMs: Date.now,
  random: Math.random,
});

class Session {
  #me = $state.raw<{ id: string; name: string } | null>(null);

  constructor() {
    this.#read();
    useTokens(keeper, () => this.#read());
    onTokensChangedElsewhere(() => this.#read());
  }

  /** The signed-in person, or null. */
  get me(): { id: string; name: string } | null {
    return this.#me;
  }

  begin(tokens: Tokens): void {
    store.write(storable(tokens, Date.now()));
    this.#read();
  }

  async end(): Promise<void> {
    const tokens = store.read();
    store.write(null);
    this.#read();
    // Signing out here must not wait for the server; its token ends by itself.
    if (tokens) await logOut(tokens.refreshToken).catch(() => undefined);
  }

  #read(): void {
    const tokens = store.read();
    if (tokens?.userId === this.#me?.id && tokens?.name === this.#me?.name) return;
    this.#me = tokens ? { id: tokens.userId, name: tokens.name } : null;
  }
}

export const session = new Session();
