/**
 * Keeps where each page of the history was read, and leads "back" and "forward" there again. The
 * browser's own way gives up at once, and our pages are short until their lists have arrived.
 */

/** A page that is still too short after this will not grow any more. */
const PATIENCE_MS = 3_000;
/** What a person does who does not want to be moved any more. */
const OWN_MOVES = ['wheel', 'touchstart', 'keydown', 'pointerdown'] as const;

let stop: () => void = () => undefined;

/** Notes where each page is left, and begins where a reload left this one; call once. */
export function keepScroll(): void {
  history.scrollRestoration = 'manual';
  addEventListener('scrollend', () => history.replaceState({ top: scrollY }, ''));
  scrollBack();
}

/** A page of its own begins at its top. */
export function scrollToTop(): void {
  stop();
  scrollTo(0, 0);
}

/** Goes where the page was left, as soon as it is long enough, unless the person moves first. */
export function scrollBack(): void {
  stop();
  const top: unknown = history.state?.top;
  if (typeof top !== 'number') return;
  const growth = new ResizeObserver(() => {
    if (document.documentElement.scrollHeight - innerHeight < top) return;
    scrollTo(0, top);
    stop();
  });
  const timer = setTimeout(() => stop(), PATIENCE_MS);
  stop = () => {
    growth.disconnect();
    clearTimeout(timer);
    for (const move of OWN_MOVES) removeEventListener(move, stop);
    stop = () => undefined;
  };
  for (const move of OWN_MOVES) addEventListener(move, stop, { passive: true });
  growth.observe(document.documentElement);
}
