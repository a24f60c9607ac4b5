/**
 * Which page the address names. To add a page: a variant of `Route`, a line in `routeOf`, and a
 * branch in `App.svelte`; the server answers every path it does not know with this page.
 */

export type Route =
  | { page: 'home' }
  | { page: 'people' }
  | { page: 'film'; id: string }
  | { page: 'room'; id: string }
  | { page: 'unknown' };

/** The address in use; reading it inside a component follows it. */
class Address {
  #path = $state(location.pathname);

  constructor() {
    addEventListener('popstate', () => {
      this.#path = location.pathname;
    });
    document.addEventListener('click', (event) => this.#follow(event));
  }

  get route(): Route {
    return routeOf(this.#path);
  }

  go(path: string): void {
    history.pushState(null, '', path);
    this.#path = location.pathname;
    scrollTo(0, 0);
  }

  /** Follows plain clicks on our own links without loading the page anew. */
  #follow(event: MouseEvent): void {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!plain || event.defaultPrevented || !link || link.target || link.hasAttribute('download'))
      return;
    const ours = link.origin === location.origin && routeOf(link.pathname).page !== 'unknown';
    if (!ours || link.hash) return;
    event.preventDefault();
    this.go(link.pathname);
  }
}

export const address = new Address();

export function routeOf(path: string): Route {
  const [first, id, ...rest] = path.split('/').filter(Boolean);
  if (rest.length > 0) return { page: 'unknown' };
  if (first === undefined) return { page: 'home' };
  if (first === 'people' && !id) return { page: 'people' };
  if (first === 'film' && id) return { page: 'film', id };
  if (first === 'room' && id) return { page: 'room', id };
  return { page: 'unknown' };
}
