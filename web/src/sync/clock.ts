/**
 * The room's time, as this page knows it: an offset to a local monotonic clock, learned from
 * `ping` and `pong`. Of the last samples the one with the least round trip is trusted, because
 * its error is at most half of that round trip.
 */

/** Samples that are looked back on. */
export const SAMPLES_KEPT_MAX = 8;
/** Slack, over what the round trips explain, before a sample is read as "the clock has jumped". */
export const JUMP_SLACK_MS = 20;

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/** A local clock in milliseconds that never goes back, such as `performance.now`. */
export type LocalClock = () => number;

export class RoomClock {
  readonly #localNow: LocalClock;
  #samples: Sample[] = [];
  #roughOffsetMs: number | null = null;

  constructor(localNow: LocalClock) {
    this.#localNow = localNow;
  }

  /** Room time in ms since 1970, or null while nothing is known of it. */
  nowMs(): number | null {
    const offsetMs = this.#best()?.offsetMs ?? this.#roughOffsetMs;
    return offsetMs === null ? null : this.#localNow() + offsetMs;
  }

  /** Round trip of the trusted sample in ms, or null before the first. */
  roundTripMs(): number | null {
    return this.#best()?.roundTripMs ?? null;
  }

  /** Local time to send in a `ping`. */
  localNowMs(): number {
    return this.#localNow();
  }

  /** A first idea of the time, from a frame that nobody asked for; any sample replaces it. */
  setRough(serverTimeMs: number): void {
    this.#roughOffsetMs = serverTimeMs - this.#localNow();
  }

  /** Learns from a `pong`: `sentMs` is the local time its `ping` carried. */
  addSample(sentMs: number, serverTimeMs: number): void {
    const receivedMs = this.#localNow();
    const roundTripMs = receivedMs - sentMs;
    if (roundTripMs < 0) return;
    const sample = { offsetMs: serverTimeMs - (sentMs + receivedMs) / 2, roundTripMs };
    if (this.#contradicts(sample)) this.#samples = [];
    this.#samples = [...this.#samples, sample].slice(-SAMPLES_KEPT_MAX);
  }

  /** Forgets the samples: after sleep or on another node they prove nothing. */
  reset(): void {
    this.#samples = [];
  }

  #best(): Sample | undefined {
    return this.#samples.reduce<Sample | undefined>(
      (best, sample) => (best && best.roundTripMs <= sample.roundTripMs ? best : sample),
      undefined,
    );
  }

  /** Two samples of one steady clock differ by no more than half of both round trips. */
  #contradicts(sample: Sample): boolean {
    const best = this.#best();
    if (!best) return false;
    const explainedMs = (best.roundTripMs + sample.roundTripMs) / 2 + JUMP_SLACK_MS;
    return Math.abs(sample.offsetMs - best.offsetMs) > explainedMs;
  }
}
