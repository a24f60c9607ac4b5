/** The metronome's other half: a timer that nobody throttles. */

let timer: ReturnType<typeof setTimeout> | undefined;

self.onmessage = ({ data: ms }: MessageEvent<number>) => {
  clearTimeout(timer);
  timer = setTimeout(() => self.postMessage(null), ms);
};
