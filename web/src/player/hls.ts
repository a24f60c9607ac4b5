/** HLS by hls.js, loaded only when a film needs it. */
import Hls, { ErrorTypes, Events } from 'hls.js/light';
import type { Attach } from './adapter';

/** Buffered ahead, s: enough to ride out a slow moment, little enough for a phone. */
const BUFFER_AHEAD_S = 30;
/** The codecs our own streams use; some builds have Media Source without them. */
const COMMON_CODECS = 'video/mp4; codecs="avc1.42E01E,mp4a.40.2"';

export function playsByHls(): boolean {
  return Hls.isSupported() && MediaSource.isTypeSupported(COMMON_CODECS);
}

export const attachHls: Attach = (video, url, onFault) => {
  const hls = new Hls({ maxBufferLength: BUFFER_AHEAD_S });
  let recovered = false;
  hls.on(Events.ERROR, (_event, data) => {
    if (!data.fatal) return;
    if (data.type === ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
      return;
    }
    onFault(data.type === ErrorTypes.NETWORK_ERROR ? 'network' : 'broken');
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return { detach: () => hls.destroy() };
};
