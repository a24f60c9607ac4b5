/**
 * The room's time, as this page knows it: an offset to a local monotonic clock, learned from
 * `ping` and `pong`. A ping cannot arrive before it was sent nor a pong before the server wrote it,
 * so each sample bounds the offset from both sides, and the bounds of several together are
 * tighter than those of the best alone: one had a quick way there, another a quick way back. The
 * middle between them is trusted.
 */

/** Samples that are looked back on. */
export const SAMPLES_KEPT_MAX = 16;
/** Slack, over what the ways there and back explain, before a sample is read as "the clock has jumped". */
export const JUMP_SLACK_MS = 20;
/** How far two clocks may run apart: an old sample says a little less than a fresh one. */
export const SKEW_MAX = 20e-6;

/** The first pings follow one another quickly, so that a film can begin. */
const FIRST_PINGS = 5;
const FIRST_PING_PAUSE_MS = 200;
/** The rest of the samples are gathered at this pace, and then kept fresh at a slow one. */
const GATHER_PING_PAUSE_MS = 2_000;
const PING_PAUSE_MS = 10_000;

/** The offset lies between these. */
interface Bounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

interface Sample extends Bounds {
  readonly takenMs: number;
}

/** A local clock in milliseconds that never goes back, such as `performance.now`. */
export type LocalClock = () => number;

export class RoomClock {
  readonly #localNow: LocalClock;
  #samples: Sample[] = [];
  #roughOffsetMs: number | null = null;
  /** Pings since the samples began. */
  #pings = 0;

  constructor(localNow: LocalClock) {
    this.#localNow = localNow;
  }

  /** Room time in ms since 1970, or null while nothing is known of it. */
  nowMs(): number | null {
    const bounds = this.#bounds();
    const offsetMs = bounds ? (bounds.leastMs + bounds.mostMs) / 2 : this.#roughOffsetMs;
    return offsetMs === null ? null : this.#localNow() + offsetMs;
  }

  /** Least round trip seen, ms; null before the first sample. */
  roundTripMs(): number | null {
    const trips = this.#samples.map(({ leastMs, mostMs }) => mostMs - leastMs);
    return trips.length > 0 ? Math.min(...trips) : null;
  }

  /** Local time to send in a `ping`. */
  localNowMs(): number {
    return this.#localNow();
  }

  /** Counts a `ping` that was sent; returns the pause before the next, ms. */
  pinged(): number {
    this.#pings += 1;
    if (this.#pings < FIRST_PINGS) return FIRST_PING_PAUSE_MS;
    return this.#pings < SAMPLES_KEPT_MAX ? GATHER_PING_PAUSE_MS : PING_PAUSE_MS;
  }

  /** A first idea of the time, from a frame that nobody asked for; any sample replaces it. */
  setRough(serverTimeMs: number): void {
    this.#roughOffsetMs = serverTimeMs - this.#localNow();
  }

  /** Learns from a `pong`: `sentMs` is the local time its `ping` carried. */
  addSample(sentMs: number, serverTimeMs: number): void {
    const takenMs = this.#localNow();
    if (takenMs < sentMs) return;
    const sample = { leastMs: serverTimeMs - takenMs, mostMs: serverTimeMs - sentMs, takenMs };
    if (this.#contradicts(sample)) this.reset();
    this.#samples = [...this.#samples, sample].slice(-SAMPLES_KEPT_MAX);
  }

  /** Forgets the samples: after sleep or on another node they prove nothing. */
  reset(): void {
    this.#samples = [];
    this.#pings = 0;
  }

  /** What all samples together leave possible. */
  #bounds(): Bounds | null {
    if (this.#samples.length === 0) return null;
    const nowMs = this.#localNow();
    const slackMs = ({ takenMs }: Sample) => (nowMs - takenMs) * SKEW_MAX;
    return {
      leastMs: Math.max(...this.#samples.map((sample) => sample.leastMs - slackMs(sample))),
      mostMs: Math.min(...this.#samples.map((sample) => sample.mostMs + slackMs(sample))),
    };
  }

  #contradicts(sample: Sample): boolean {
    const bounds = this.#bounds();
    if (!bounds) return false;
    const apartMs = Math.max(sample.leastMs - bounds.mostMs, bounds.leastMs - sample.mostMs);
    return apartMs > JUMP_SLACK_MS;
  }
}
