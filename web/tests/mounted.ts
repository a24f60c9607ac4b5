/** A part of the page by itself, as it stands in the document of the test. */
import { type Component, flushSync, mount, unmount } from 'svelte';
import { onTestFinished } from 'vitest';

/** Puts a part into the document until the test is over; returns where it stands. */
export function mounted<Props extends Record<string, unknown>>(
  part: Component<Props>,
  props: Props,
): HTMLElement {
  const target = document.createElement('div');
  document.body.append(target);
  const instance = mount(part, { target, props });
  flushSync();
  onTestFinished(async () => {
    await unmount(instance);
    target.remove();
  });
  return target;
}

/** The button with this name, by its label or else its text. */
export function button(within: ParentNode, name: string): HTMLButtonElement {
  const found = [...within.querySelectorAll('button')].find(
    (each) => (each.getAttribute('aria-label') ?? each.textContent).trim() === name,
  );
  if (!found) throw new Error(`there is no button “${name}”`);
  return found;
}
