/**
 * Which page the address names. To add a page: a variant of `Route`, a line in `routeOf`, and a
 * branch in `App.svelte`; the server answers every path it does not know with this page.
 */
import { keepScroll, scrollBack, scrollToTop } from './scroll';

export type Route =
  | { page: 'home' }
  | { page: 'people' }
  | { page: 'evenings' }
  | { page: 'settings' }
  | { page: 'film'; id: string }
  | { page: 'room'; id: string }
  | { page: 'evening'; id: string }
  | { page: 'invite'; code: string }
  | { page: 'unknown' };

/** Where what is searched for stands in an address: reloads, links and "back" keep it. */
const QUERY = 'query';

/** The address in use; reading it inside a component follows it. */
class Address {
  #path = $state(location.pathname);
  #query = $state(queryOf(location.search));

  constructor() {
    addEventListener('popstate', () => {
      this.#read();
      scrollBack();
    });
    keepScroll();
    document.addEventListener('click', (event) => this.#follow(event));
  }

  get route(): Route {
    return routeOf(this.#path);
  }

  /** What is searched for on this page; nothing is the empty text. */
  get query(): string {
    return this.#query;
  }

  go(path: string): void {
    history.pushState(null, '', path);
    this.#read();
    scrollToTop();
  }

  /** Like `go`, where "back" must not lead here again. */
  replace(path: string): void {
    history.replaceState(history.state, '', path);
    this.#read();
  }

  /** Was the page opened with this `#word`? It holds for one visit: a reload is another. */
  takeHash(word: string): boolean {
    if (location.hash !== word) return false;
    history.replaceState(history.state, '', location.pathname + location.search);
    return true;
  }

  /** Writes down what is searched for. Each letter typed is no page of its own to go back to. */
  search(query: string): void {
    const search = query ? `?${new URLSearchParams({ [QUERY]: query })}` : '';
    this.replace(location.pathname + search);
  }

  /** Follows plain clicks on our own links without loading the page anew. */
  #follow(event: MouseEvent): void {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!plain || event.defaultPrevented || !link || link.target || link.hasAttribute('download'))
      return;
    if (link.origin !== location.origin || !isReached(routeOf(link.pathname)) || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }

  #read(): void {
    this.#path = location.pathname;
    this.#query = queryOf(location.search);
  }
}

export const address = new Address();

export function routeOf(path: string): Route {
  const [first, id, ...rest] = path.split('/').filter(Boolean);
  if (rest.length > 0) return { page: 'unknown' };
  if (first === undefined) return { page: 'home' };
  if (id === undefined)
    return first === 'people' || first === 'evenings' || first === 'settings'
      ? { page: first }
      : { page: 'unknown' };
  if (first === 'film' || first === 'room' || first === 'evening') return { page: first, id };
  if (first === 'i') return { page: 'invite', code: id };
  return { page: 'unknown' };
}

/** May the page go there by itself? Only the server knows where an invitation leads. */
function isReached({ page }: Route): boolean {
  return page !== 'unknown' && page !== 'invite';
}

function queryOf(search: string): string {
  return new URLSearchParams(search).get(QUERY) ?? '';
}
