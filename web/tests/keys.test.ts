import { beforeEach, describe, expect, it, vi } from 'vitest';
import { actOnKey, KEY_SEEK_FAR_MS, KEY_SEEK_MS, KEY_VOLUME } from '../src/player/keys';

describe('keys', () => {
  const acts = {
    toggle: vi.fn(),
    seekBy: vi.fn(),
    volumeBy: vi.fn(),
    mute: vi.fn(),
    fullscreen: vi.fn(),
  };

  beforeEach(() => {
    vi.clearAllMocks();
    document.body.innerHTML =
      '<input type="range" id="slider"><textarea id="text"></textarea><button id="button"></button>';
  });

  function press(key: string, target = 'body', more: KeyboardEventInit = {}): KeyboardEvent {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    document.querySelector(target)?.dispatchEvent(event);
    actOnKey(event, acts);
    return event;
  }

  it('do what people expect', () => {
    for (const key of [
      ' ',
      'K',
      'ArrowLeft',
      'ArrowRight',
      'j',
      'l',
      'ArrowUp',
      'ArrowDown',
      'm',
      'F',
    ])
      expect(press(key).defaultPrevented).toBe(true);
    expect(acts.toggle).toHaveBeenCalledTimes(2);
    expect(acts.seekBy.mock.calls.flat()).toEqual([
      -KEY_SEEK_MS,
      KEY_SEEK_MS,
      -KEY_SEEK_FAR_MS,
      KEY_SEEK_FAR_MS,
    ]);
    expect(acts.volumeBy.mock.calls.flat()).toEqual([KEY_VOLUME, -KEY_VOLUME]);
    expect(acts.mute).toHaveBeenCalledOnce();
    expect(acts.fullscreen).toHaveBeenCalledOnce();
  });

  it('belong to the field that has the focus, and to the browser', () => {
    press('k', '#text');
    press('ArrowLeft', '#slider');
    press(' ', '#button');
    press('f', 'body', { ctrlKey: true });
    press('x');
    for (const act of Object.values(acts)) expect(act).not.toHaveBeenCalled();
    press('m', '#button');
    expect(acts.mute).toHaveBeenCalledOnce();
  });
});
