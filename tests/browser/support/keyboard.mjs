/** A person without a mouse. Whatever takes the focus must be seen to have it. */
import assert from 'node:assert/strict';

/** More stops than any page has. */
const STOPS_MAX = 80;

export class Keyboard {
  /** @param {import('./person.mjs').Person} person */
  constructor(person) {
    this.person = person;
  }

  get page() {
    return this.person.page;
  }

  /** @param {string} key */
  async press(key) {
    await this.page.keyboard.press(key);
  }

  /**
   * Walks by Tab to a thing and presses it.
   *
   * @param {import('playwright-core').Locator} target
   * @param {string} [key]
   */
  async use(target, key = 'Enter') {
    await this.walkTo(target);
    await this.press(key);
  }

  /**
   * Walks by Tab to a field and writes into it.
   *
   * @param {import('playwright-core').Locator} field
   * @param {string} text
   */
  async write(field, text) {
    await this.walkTo(field);
    await this.page.keyboard.type(text);
  }

  /** @param {import('playwright-core').Locator} target */
  async walkTo(target) {
    await target.waitFor();
    /** @type {string[]} */
    const stops = [];
    while (stops.length < STOPS_MAX) {
      if (await target.evaluate((node) => node === document.activeElement)) return;
      await this.press('Tab');
      const stop = await this.page.evaluate(focused);
      if (stop.isThing)
        assert.ok(stop.isShown, `${this.person.name} sees the focus at ${stop.what}`);
      stops.push(stop.what);
    }
    assert.fail(`${this.person.name} comes by ${stops.join(', ')}, but never to ${target}`);
  }
}

/** Runs in the page: what has the focus, and whether that can be seen. */
function focused() {
  const active = document.activeElement;
  if (!active || active === document.body)
    return { what: 'the end', isThing: false, isShown: false };
  const { left, top, right, bottom, width, height } = active.getBoundingClientRect();
  // The ring may be that of a card which the link fills.
  const isRinged = [null, '::after'].some((part) => {
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(active, part);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0 && opacity !== '0';
  });
  const isInSight = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  // What lies on top of it there: nothing but itself, its parts, or its own label.
  const onTop = document.elementFromPoint(
    Math.min(innerWidth - 1, Math.max(0, left + width / 2)),
    Math.min(innerHeight - 1, Math.max(0, top + height / 2)),
  );
  const isFree = !!onTop && (active.contains(onTop) || onTop.contains(active));
  return {
    what: active.getAttribute('aria-label') || active.textContent?.trim() || active.outerHTML,
    isThing: true,
    isShown: active.matches(':focus-visible') && isRinged && isInSight && isFree,
  };
}
