/** Media that the browser plays by itself. */
import type { Attach, MediaFault } from './adapter';

export function playsNatively(video: HTMLVideoElement, type: string): boolean {
  return video.canPlayType(type) !== '';
}

export const attachNative: Attach = (video, url, onFault) => {
  const fault = () => onFault(faultOf(video.error));
  video.addEventListener('error', fault);
  video.src = url;
  return {
    detach: () => {
      video.removeEventListener('error', fault);
      video.removeAttribute('src');
      video.load();
    },
  };
};

function faultOf(error: MediaError | null): MediaFault {
  switch (error?.code) {
    case MediaError.MEDIA_ERR_NETWORK:
      return 'network';
    case MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED:
      return 'unsupported';
    default:
      return 'broken';
  }
}
