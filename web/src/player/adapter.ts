/** What puts one kind of media into a `<video>`. */

/** Why no picture will come. */
export type MediaFault = 'unsupported' | 'network' | 'broken';

export interface Attached {
  detach(): void;
}

export type Attach = (
  video: HTMLVideoElement,
  url: string,
  onFault: (fault: MediaFault) => void,
) => Attached;
