/**
 * Puts a film's media into a `<video>`: the first of its sources that this browser can play.
 * To add a kind of source, add an adapter beside `native.ts` and a line to `adapterFor`.
 */
import type { Source } from '../api/types';
import type { Attach, Attached, MediaFault } from './adapter';
import { attachNative, playsNatively } from './native';

const HLS_TYPES = ['application/vnd.apple.mpegurl', 'application/x-mpegurl', 'audio/mpegurl'];

/** Attaches the best playable source; the promise is there because hls.js is loaded on demand. */
export async function attach(
  video: HTMLVideoElement,
  sources: readonly Source[],
  onFault: (fault: MediaFault) => void,
): Promise<Attached> {
  for (const source of sources) {
    const adapter = await adapterFor(video, source);
    if (adapter) return adapter(video, source.url, onFault);
  }
  onFault('unsupported');
  return { detach: () => undefined };
}

async function adapterFor(video: HTMLVideoElement, source: Source): Promise<Attach | null> {
  if (!HLS_TYPES.includes(source.type.toLowerCase()))
    return playsNatively(video, source.type) ? attachNative : null;
  // Chromium says "maybe" to native HLS and then seeks badly: ask for our own player first.
  const hls = await import('./hls');
  if (hls.playsByHls()) return hls.attachHls;
  return playsNatively(video, source.type) ? attachNative : null;
}
