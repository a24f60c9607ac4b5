/** What a page waits for: a value or a list that grows, with its failure and its next try. */
import { texts } from '../texts/texts';
import { ApiError } from './errors';
import type { Page } from './types';

/** Text to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : texts.errors.unexpected;
}

/** One value, fetched when told; an answer that was overtaken by a newer question is dropped. */
export class Loaded<Value> {
  value = $state.raw<Value | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  #turn = 0;
  readonly #fetch: () => Promise<Value>;

  constructor(fetch: () => Promise<Value>) {
    this.#fetch = fetch;
  }

  async load(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.busy = true;
    this.error = null;
    try {
      const value = await this.#fetch();
      if (turn === this.#turn) this.value = value;
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

/** A paged list that shows what it has and can fetch more. */
export class Listed<Item> {
  items = $state.raw<readonly Item[]>([]);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  /** The first page has arrived. */
  ready = $state(false);
  #total = $state(0);
  #page = 0;
  #turn = 0;
  readonly #fetch: (page: number) => Promise<Page<Item>>;

  constructor(fetch: (page: number) => Promise<Page<Item>>) {
    this.#fetch = fetch;
  }

  get hasMore(): boolean {
    return this.ready && this.items.length < this.#total;
  }

  /** From the first page again; what is shown stays until the answer is there. */
  async reload(): Promise<void> {
    await this.#load(1);
  }

  async more(): Promise<void> {
    await this.#load(this.#page + 1);
  }

  /** Changes items in place, such as a film that was just marked. */
  change(change: (item: Item) => Item): void {
    this.items = this.items.map(change);
  }

  async #load(page: number): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.busy = true;
    this.error = null;
    try {
      const answer = await this.#fetch(page);
      if (turn !== this.#turn) return;
      this.items = page === 1 ? answer.items : [...this.items, ...answer.items];
      // A page with nothing in it is the end, whatever the total says.
      this.#total = answer.items.length > 0 ? answer.total : this.items.length;
      this.#page = page;
      this.ready = true;
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
