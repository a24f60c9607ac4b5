import { position } from '../forms';

export const player = {
  label: 'Film',
  play: 'Play',
  pause: 'Pause',
  replay: 'Play again',
  seek: 'Position in the film',
  positionOf: (ms: number, lengthMs: number) => `${position(ms)} of ${position(lengthMs)}`,
  volume: 'Volume',
  mute: 'Mute',
  unmute: 'Unmute',
  unmuteBig: 'Tap to unmute',
  tapToPlay: 'Tap to play',
  rate: 'Speed',
  fullscreen: 'Full screen',
  leaveFullscreen: 'Leave full screen',
  settings: 'Player settings',
  offset: 'Your own offset, ms (for a slow screen)',
  inStep: (driftMs: number) => `in step: ${Math.abs(Math.round(driftMs))} ms`,
  catchingUp: (driftMs: number) =>
    `${(Math.abs(driftMs) / 1000).toFixed(1)} s ${driftMs > 0 ? 'ahead' : 'behind'}`,
  buffering: 'Buffering…',
  keys: 'Space or K: play and pause. Arrows: seek, volume. F: full screen. M: mute.',
  fault: {
    unsupported: 'This browser cannot play the film.',
    network: 'The film cannot be loaded. Check the connection.',
    broken: 'The film cannot be played.',
  },
};
