/**
 * Full screen for an element: the browser's own where there is one, and where there is none
 * (phones that keep it to their own player, frames without the right) the element fills the page.
 */

export class FullScreen {
  #native = $state(false);
  #filled = $state(false);

  get on(): boolean {
    return this.#native || this.#filled;
  }

  /** The element has to fill the page by itself. */
  get filled(): boolean {
    return this.#filled;
  }

  async toggle(element: HTMLElement): Promise<void> {
    if (this.#filled) this.#filled = false;
    else if (this.#native) await document.exitFullscreen().catch(() => undefined);
    else await this.#enter(element);
  }

  /** What Escape does; the browser's own full screen it leaves by itself. */
  escape(): void {
    this.#filled = false;
  }

  /** The browser went into or out of full screen, by whatever way. */
  changed(element: HTMLElement): void {
    this.#native = document.fullscreenElement === element;
  }

  async #enter(element: HTMLElement): Promise<void> {
    try {
      await element.requestFullscreen();
    } catch {
      // Missing (a TypeError) or refused: both leave the page itself to fill.
      this.#filled = true;
    }
  }
}
