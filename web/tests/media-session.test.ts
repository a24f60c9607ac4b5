import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  offerToSystem,
  SYSTEM_SEEK_MS,
  showToSystem,
  tellSystem,
} from '../src/player/media-session';

type Details = Partial<MediaSessionActionDetails>;

describe('the controls of the system', () => {
  const controls = { play: vi.fn(), pause: vi.fn(), seekTo: vi.fn(), seekBy: vi.fn() };
  const handlers = new Map<string, ((details: Details) => void) | null>();
  const media = {
    metadata: null as MediaMetadataInit | null,
    playbackState: 'none',
    setActionHandler: vi.fn((action: string, handler: ((details: Details) => void) | null) => {
      handlers.set(action, handler);
    }),
    setPositionState: vi.fn(),
  };

  beforeEach(() => {
    vi.clearAllMocks();
    handlers.clear();
    media.playbackState = 'none';
    Object.defineProperty(navigator, 'mediaSession', { value: media, configurable: true });
    vi.stubGlobal(
      'MediaMetadata',
      class {
        constructor(film: MediaMetadataInit) {
          Object.assign(this, film);
        }
      },
    );
  });

  afterEach(() => {
    Reflect.deleteProperty(navigator, 'mediaSession');
  });

  const press = (action: string, details: Details = {}) => handlers.get(action)?.(details);

  it('act for the person who pressed them', () => {
    offerToSystem(controls);
    press('play');
    press('pause');
    press('seekto', { seekTime: 12.5 });
    expect(controls.play).toHaveBeenCalledOnce();
    expect(controls.pause).toHaveBeenCalledOnce();
    expect(controls.seekTo.mock.calls).toEqual([[12_500]]);
  });

  it('jump as far as the system says, or else as far as ever', () => {
    offerToSystem(controls);
    press('seekforward');
    press('seekbackward');
    press('seekforward', { seekOffset: 30 });
    press('seekbackward', { seekOffset: 5 });
    const jumps = [SYSTEM_SEEK_MS, -SYSTEM_SEEK_MS, 30_000, -5_000];
    expect(controls.seekBy.mock.calls.flat()).toEqual(jumps);
  });

  it('are all taken back', () => {
    offerToSystem(controls)();
    expect(handlers.size).toBe(5);
    expect([...handlers.values()].every((handler) => handler === null)).toBe(true);
  });

  it('do without a button that this system has not', () => {
    media.setActionHandler.mockImplementationOnce(() => {
      throw new TypeError('unknown action');
    });
    offerToSystem(controls);
    press('pause');
    expect(controls.pause).toHaveBeenCalledOnce();
  });

  it('show the film, its poster by a whole address, and nothing once it is gone', () => {
    const film = { title: 'Dusk', artist: 'Vasily’s room' };
    const hide = showToSystem({ ...film, poster: '/media/dusk.jpg' });
    const artwork = [{ src: new URL('/media/dusk.jpg', location.href).href }];
    expect(media.metadata).toEqual({ ...film, artwork });
    hide();
    expect([media.metadata, media.playbackState]).toEqual([null, 'none']);
  });

  it('are told where the film is, never outside of it', () => {
    const moment = { paused: false, durationMs: 90_000, rate: 1.5 };
    tellSystem({ ...moment, positionMs: 90_400 });
    expect(media.playbackState).toBe('playing');
    const state = { duration: 90, position: 90, playbackRate: 1.5 };
    expect(media.setPositionState.mock.calls).toEqual([[state]]);
    tellSystem({ ...moment, paused: true, durationMs: 0, positionMs: 0 });
    expect(media.playbackState).toBe('paused');
    expect(media.setPositionState, 'a length must be known').toHaveBeenCalledOnce();
  });

  it('are missed by nobody where there are none', () => {
    Reflect.deleteProperty(navigator, 'mediaSession');
    offerToSystem(controls)();
    showToSystem({ title: 'Dusk', artist: '', poster: null })();
    tellSystem({ paused: true, positionMs: 0, durationMs: 1, rate: 1 });
    expect(controls.play).not.toHaveBeenCalled();
  });
});
