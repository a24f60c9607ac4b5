import { beforeEach, describe, expect, it, vi } from 'vitest';
import { actOnKey, KEY_SEEK_FAR_MS, KEY_SEEK_MS, KEY_VOLUME } from '../src/player/keys';

describe('keys', () => {
  const acts = {
    toggle: vi.fn(),
    seekBy: vi.fn(),
    seekToShare: vi.fn(),
    volumeBy: vi.fn(),
    mute: vi.fn(),
    fullscreen: vi.fn(),
    subtitles: vi.fn(),
    pictureInPicture: vi.fn(),
    rateBy: vi.fn(),
    help: vi.fn(),
  };

  beforeEach(() => {
    vi.clearAllMocks();
    document.body.innerHTML =
      '<input type="range" id="slider"><textarea id="text"></textarea><button id="button"></button><div role="log" id="log"></div>';
  });

  function press(key: string, target = 'body', more: KeyboardEventInit = {}): KeyboardEvent {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    document.querySelector(target)?.dispatchEvent(event);
    actOnKey(event, acts);
    return event;
  }

  it('do what people expect', () => {
    const keys = ' K ArrowLeft ArrowRight j l ArrowUp ArrowDown m F c p < > ?';
    for (const key of [' ', ...keys.trim().split(' ')])
      expect(press(key).defaultPrevented, key).toBe(true);
    expect(acts.toggle).toHaveBeenCalledTimes(2);
    expect(acts.seekBy.mock.calls.flat()).toEqual([
      -KEY_SEEK_MS,
      KEY_SEEK_MS,
      -KEY_SEEK_FAR_MS,
      KEY_SEEK_FAR_MS,
    ]);
    expect(acts.volumeBy.mock.calls.flat()).toEqual([KEY_VOLUME, -KEY_VOLUME]);
    expect(acts.rateBy.mock.calls.flat()).toEqual([-1, 1]);
    for (const act of ['mute', 'fullscreen', 'subtitles', 'pictureInPicture', 'help'] as const)
      expect(acts[act], act).toHaveBeenCalledOnce();
  });

  it('0 to 9 lead to that tenth of the film', () => {
    for (const key of ['0', '5', '9']) press(key);
    expect(acts.seekToShare.mock.calls.flat()).toEqual([0, 0.5, 0.9]);
  });

  it('belong to the field that has the focus, and to the browser', () => {
    press('k', '#text');
    press('7', '#text');
    press('ArrowLeft', '#slider');
    press(' ', '#button');
    press('ArrowUp', '#log');
    press('f', 'body', { ctrlKey: true });
    press('x');
    for (const act of Object.values(acts)) expect(act).not.toHaveBeenCalled();
    press('m', '#button');
    expect(acts.mute).toHaveBeenCalledOnce();
  });

  it('work while a slider has the focus, but for its arrows', () => {
    press('m', '#slider');
    expect(acts.mute).toHaveBeenCalledOnce();
  });

  it('act once a press, but for those that step', () => {
    for (const key of ['f', ' ', 'ArrowLeft']) press(key, 'body', { repeat: true });
    expect(acts.fullscreen).not.toHaveBeenCalled();
    expect(acts.toggle).not.toHaveBeenCalled();
    expect(acts.seekBy).toHaveBeenCalledOnce();
  });

  it('work on a Cyrillic keyboard too', () => {
    press('л', 'body', { code: 'KeyK' });
    press('а', 'body', { code: 'KeyF' });
    expect(acts.toggle).toHaveBeenCalledOnce();
    expect(acts.fullscreen).toHaveBeenCalledOnce();
    press('a', 'body', { code: 'KeyF' });
    expect(acts.fullscreen).toHaveBeenCalledOnce();
  });
});
