/**
 * What the measurement puts into each page before the page's own script: it leads the socket
 * through the person's line, notes what is sent, looks at the player, and can make timers as slow
 * as those of a hidden tab. Each function is sent to the browser by itself and so uses nothing
 * from outside its body.
 *
 * All times are ms of the machine's clock: `performance.timeOrigin + performance.now()`.
 */

/**
 * One look at a player.
 * @typedef {object} Look
 * @property {number} atMs
 * @property {number} positionMs
 * @property {number} rate
 * @property {boolean} moving it is neither paused nor seeking nor out of data
 */

/**
 * The picture that stood on the screen: its place in the film, and when it was due there.
 * @typedef {{ dueMs: number, mediaMs: number }} Picture
 */

/**
 * @typedef {object} Notes
 * @property {Look[]} looks
 * @property {Picture[]} pictures
 * @property {number[]} seeksAtMs when the player began to seek, whoever asked it to
 * @property {{ atMs: number, type: string }[]} sent frames that went to the room
 */

/** @typedef {{ delayMs: number, timersPauseMs: number, notes: Notes }} Measured */

/**
 * Leads sockets through the line and notes what goes out.
 * @param {{ address: string, delayMs: number }} line its beginning and its delay one way
 */
export function leadThrough({ address, delayMs }) {
  /** @type {Measured} */
  const measured = {
    delayMs,
    timersPauseMs: 0,
    notes: { looks: [], pictures: [], seeksAtMs: [], sent: [] },
  };
  Object.defineProperty(window, 'measured', { value: measured });
  window.WebSocket = class extends WebSocket {
    /**
     * @param {string | URL} url
     * @param {string | string[]} [protocols]
     */
    constructor(url, protocols) {
      const led = new URL(url);
      led.host = address;
      super(led, protocols);
    }

    /** @param {string | Blob | BufferSource} data */
    send(data) {
      const { type } = JSON.parse(String(data));
      measured.notes.sent.push({ atMs: performance.timeOrigin + performance.now(), type });
      super.send(data);
    }
  };
}

/**
 * Lets the page's timers fire at most once in `measured.timersPauseMs`, as Chromium does in a
 * hidden tab without sound. The measurement's own timers were taken before.
 */
export function slowTimersOnDemand() {
  const { setTimeout: realSetTimeout, setInterval: realSetInterval } = window;
  /** @type {{ measured: Measured }} */
  const { measured } = /** @type {any} */ (window);
  const pauseMs = () => measured.timersPauseMs;
  /** @type {any} */ (window).setTimeout = (
    /** @type {TimerHandler} */ act,
    /** @type {number} */ ms = 0,
    /** @type {any[]} */ ...args
  ) => {
    const dueMs = performance.now() + ms;
    const lateMs = pauseMs() > 0 ? Math.ceil(dueMs / pauseMs()) * pauseMs() - dueMs : 0;
    return realSetTimeout(act, ms + lateMs, ...args);
  };
  /** @type {any} */ (window).setInterval = (
    /** @type {() => void} */ act,
    /** @type {number} */ ms,
  ) => {
    let lastMs = 0;
    return realSetInterval(() => {
      if (performance.now() - lastMs < pauseMs()) return;
      lastMs = performance.now();
      act();
    }, ms);
  };
}

/**
 * Looks at the player on every beat of the machine's clock. In a browser that tells the position
 * of a moving player in steps, that is only true when it has just come: there the looks at one
 * are those of its `timeupdate`.
 * @param {{ everyMs: number, inSteps: boolean }} how
 */
export function lookAtPlayer({ everyMs, inSteps }) {
  const realSetTimeout = window.setTimeout;
  /** @type {Measured} */
  const { notes } = /** @type {any} */ (window).measured;
  const nowMs = () => performance.timeOrigin + performance.now();
  /** @type {HTMLVideoElement | null} */
  let video = null;

  function look() {
    realSetTimeout(look, everyMs - (nowMs() % everyMs));
    const found = document.querySelector('video');
    if (!found) return;
    if (found !== video) begin(found);
    if (!inSteps || !isMoving(found)) note(found);
  }

  /** @param {HTMLVideoElement} found */
  function isMoving({ paused, seeking, readyState, HAVE_FUTURE_DATA }) {
    return !paused && !seeking && readyState >= HAVE_FUTURE_DATA;
  }

  /** @param {HTMLVideoElement} found */
  function note(found) {
    const { playbackRate: rate, currentTime } = found;
    const positionMs = currentTime * 1000;
    notes.looks.push({ atMs: nowMs(), positionMs, rate, moving: isMoving(found) });
  }

  /** @param {HTMLVideoElement} found */
  function begin(found) {
    video = found;
    found.addEventListener('seeking', () => notes.seeksAtMs.push(nowMs()));
    if (inSteps) found.addEventListener('timeupdate', () => isMoving(found) && note(found));
    const shown = (
      /** @type {number} */ _,
      /** @type {VideoFrameCallbackMetadata} */ { expectedDisplayTime, mediaTime },
    ) => {
      const dueMs = performance.timeOrigin + expectedDisplayTime;
      notes.pictures.push({ dueMs, mediaMs: mediaTime * 1000 });
      found.requestVideoFrameCallback(shown);
    };
    found.requestVideoFrameCallback(shown);
  }

  look();
}
