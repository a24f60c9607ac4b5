/** What a page waits for: a value or a list that grows, with its failure and its next try. */
import { texts } from '../texts/texts';
import { ApiError } from './errors';
import type { Page } from './types';

/** Text to show for anything that was thrown, in the person's language where we have one. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return texts.errors.unexpected;
  return texts.errors.byCode[error.code] ?? error.message;
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

/**
 * A paged list that shows what it has and can fetch more. The list may move on the server between
 * two pages, so an item that is there already, by its key, is not shown twice.
 */
export class Listed<Item> {
  items = $state.raw<readonly Item[]>([]);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  /** The first page has arrived. */
  ready = $state(false);
  #total = $state(0);
  /** Items received so far, repeated ones among them. */
  #taken = $state(0);
  #page = 0;
  #asked = 1;
  #turn = 0;
  readonly #fetch: (page: number) => Promise<Page<Item>>;
  readonly #keyOf: (item: Item) => string;

  constructor(fetch: (page: number) => Promise<Page<Item>>, keyOf: (item: Item) => string) {
    this.#fetch = fetch;
    this.#keyOf = keyOf;
  }

  get hasMore(): boolean {
    return this.ready && this.#taken < this.#total;
  }

  /** Items of the whole list, shown or not. */
  get total(): number {
    return this.#total;
  }

  /** The first page has arrived, or will not. */
  get settled(): boolean {
    return this.ready || this.error !== null;
  }

  /** From the first page again; what is shown stays until the answer is there. */
  async reload(): Promise<void> {
    await this.#load(1);
  }

  async more(): Promise<void> {
    await this.#load(this.#page + 1);
  }

  /** Asks again for what failed: the first page, or the one that did not come. */
  async retry(): Promise<void> {
    await this.#load(this.#asked);
  }

  /** As if nothing had been asked yet; an answer on its way is dropped. */
  forget(): void {
    this.#turn += 1;
    this.items = [];
    this.ready = this.busy = false;
    this.error = null;
    this.#total = this.#taken = 0;
  }

  /** Changes items in place, such as a film that was just marked. */
  change(change: (item: Item) => Item): void {
    this.items = this.items.map(change);
  }

  async #load(page: number): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#asked = page;
    this.busy = true;
    this.error = null;
    try {
      const answer = await this.#fetch(page);
      if (turn !== this.#turn) return;
      this.items = page === 1 ? answer.items : this.#withNew(answer.items);
      this.#taken = (page === 1 ? 0 : this.#taken) + answer.items.length;
      // A page with nothing in it is the end, whatever the total says.
      this.#total = answer.items.length > 0 ? answer.total : this.#taken;
      this.#page = page;
      this.ready = true;
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  #withNew(items: readonly Item[]): readonly Item[] {
    const known = new Set(this.items.map(this.#keyOf));
    return [...this.items, ...items.filter((item) => !known.has(this.#keyOf(item)))];
  }
}
