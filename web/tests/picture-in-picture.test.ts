import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OwnPlayer } from '../src/player/own-player.svelte';

const OWN = { configurable: true };
const PREFIX = 'pictureInPicture';

describe('picture in picture', () => {
  /** What the browser has in the window of its own. */
  let shown: HTMLVideoElement | null;
  let video: HTMLVideoElement;
  let own: OwnPlayer;
  const request = vi.fn();

  beforeEach(() => {
    shown = null;
    video = document.createElement('video');
    own = new OwnPlayer(
      () => video,
      () => [],
    );
    request.mockReset().mockImplementation(async () => show(video));
    Object.defineProperties(document, {
      pictureInPictureEnabled: { value: true, ...OWN },
      pictureInPictureElement: { get: () => shown, ...OWN },
      exitPictureInPicture: { value: async () => show(null), ...OWN },
    });
    Object.defineProperty(video, 'requestPictureInPicture', { value: request });
  });

  afterEach(() => {
    for (const each of ['Enabled', 'Element']) Reflect.deleteProperty(document, PREFIX + each);
    Reflect.deleteProperty(document, 'exitPictureInPicture');
  });

  function show(next: HTMLVideoElement | null) {
    const last = shown;
    shown = next;
    last?.dispatchEvent(new Event('leavepictureinpicture'));
    next?.dispatchEvent(new Event('enterpictureinpicture'));
  }

  it('goes into its window and back by one button', async () => {
    own.followPicture(video);
    await own.togglePicture();
    expect([shown, own.inPicture]).toEqual([video, true]);
    await own.togglePicture();
    expect([shown, own.inPicture]).toEqual([null, false]);
  });

  it('is followed when the browser itself closes the window', async () => {
    own.followPicture(video);
    await own.togglePicture();
    show(null);
    expect(own.inPicture).toBe(false);
  });

  it('ends with the film', async () => {
    const stop = own.followPicture(video);
    await own.togglePicture();
    stop();
    expect(shown).toBeNull();
  });

  it('leaves the window of another page part alone when the film ends', () => {
    const stop = own.followPicture(video);
    const other = document.createElement('video');
    show(other);
    stop();
    expect(shown).toBe(other);
  });

  it('takes a refusal, as before the film is loaded, in silence', async () => {
    request.mockRejectedValueOnce(new DOMException('no metadata', 'InvalidStateError'));
    own.followPicture(video);
    await own.togglePicture();
    expect([shown, own.inPicture]).toEqual([null, false]);
  });

  it('asks for nothing where the browser knows none', async () => {
    Object.defineProperty(document, 'pictureInPictureEnabled', { value: false, ...OWN });
    await own.togglePicture();
    expect(request).not.toHaveBeenCalled();
  });
});
