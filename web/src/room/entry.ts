/**
 * How a tab comes into a room, and how it stays the same session over refreshes and reconnects:
 * its identity lies in `sessionStorage`, which a refresh keeps. A duplicated tab gets a copy of
 * that, so the identity is also locked, and who finds it taken becomes a session of its own.
 */
import { ApiError } from '../api/errors';
import { joinRoom, ticket } from '../api/rooms';
import type { Ticket } from '../api/types';

export class Entry {
  readonly #roomId: string;
  #isMember: boolean;
  #session: string | null = null;
  #claimed: Promise<void> | null = null;

  /** `isMember` is a guess that saves a round trip; a wrong one costs one. */
  constructor(roomId: string, isMember: boolean) {
    this.#roomId = roomId;
    this.#isMember = isMember;
  }

  /** A ticket for this tab, becoming a member where needed. Throws `ApiError`. */
  async enter(): Promise<Ticket> {
    this.#claimed ??= this.#claimStored();
    await this.#claimed;
    const entered = await (this.#isMember ? this.#asMember() : this.#asNewcomer());
    this.#isMember = true;
    this.#keep(entered.session);
    return entered;
  }

  /** Gives the identity up: the person left, or is someone else now. */
  forget(): void {
    this.#session = null;
    this.#isMember = false;
    this.#storage(() => sessionStorage.removeItem(this.#key));
  }

  async #asNewcomer(): Promise<Ticket> {
    try {
      return await joinRoom(this.#roomId);
    } catch (error) {
      // Other conflicts (a full room, too many tabs) are a refusal.
      if (!(error instanceof ApiError) || error.code !== 'already_member') throw error;
      return ticket(this.#roomId, null);
    }
  }

  async #asMember(): Promise<Ticket> {
    try {
      return await ticket(this.#roomId, this.#session);
    } catch (error) {
      if (!isStatus(error, 403)) throw error;
      this.forget();
      return this.#asNewcomer();
    }
  }

  async #claimStored(): Promise<void> {
    const stored = this.#storage(() => sessionStorage.getItem(this.#key)) ?? null;
    if (!stored || !(await claim(stored))) return;
    this.#session = stored;
    this.#isMember = true;
  }

  #keep(session: string): void {
    if (session === this.#session) return;
    this.#session = session;
    this.#storage(() => sessionStorage.setItem(this.#key, session));
    void claim(session);
  }

  get #key(): string {
    return `movie-together.session.${this.#roomId}`;
  }

  /** Some browsers forbid storage; then each visit is a new session, which is only less neat. */
  #storage<T>(use: () => T): T | undefined {
    try {
      return use();
    } catch {
      return undefined;
    }
  }
}

/** Sessions this page holds, each until the page goes. */
const claims = new Set<string>();

/** Takes a session for this page; false when another page of this browser has it. */
async function claim(session: string): Promise<boolean> {
  if (claims.has(session) || !navigator.locks) return true;
  return new Promise((resolve) => {
    const name = `movie-together.session.${session}`;
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      if (!lock) return undefined;
      claims.add(session);
      return new Promise<never>(() => {});
    });
  });
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
