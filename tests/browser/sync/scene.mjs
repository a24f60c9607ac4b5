/**
 * The evening that is measured: four people over four lines, two minutes of a film with sound,
 * and all that happens to an evening. The same for every follower.
 */
import { isFirefox } from '../support/browser.mjs';
import { House } from '../support/evening.mjs';
import { Line } from '../support/line.mjs';
import { SlowLine } from '../support/slow-line.mjs';
import { until } from '../support/until.mjs';
import { leadThrough, lookAtPlayer, slowTimersOnDemand } from './in-page.mjs';

/** Streamed, so that pieces of it can be kept back; one of the lightest to decode. */
const FILM = 'Two Stones in a Pond';
export const LENGTH_MS = 120_000;
export const LOOK_EVERY_MS = 100;
/** The jitter of a line, as a share of its delay. */
export const JITTER = 0.2;
/** From here on the film is kept back from Petr until the line recovers. */
const KEPT_BACK_FROM_MS = 48_000;
/** Timers of a hidden tab without sound. */
const HIDDEN_TIMERS_MS = 1_000;

/** Who watches, and how late everything reaches them, one way. */
export const PEOPLE = [
  { name: 'Vasily', delayMs: 5 },
  { name: 'Petr', delayMs: 40 },
  { name: 'Maria', delayMs: 80 },
  { name: 'Anna', delayMs: 150 },
];
/** And with which browsers, in the same order. @type {Record<string, Kind[]>} */
export const BROWSERS = {
  Chromium: ['chromium', 'chromium', 'chromium', 'chromium'],
  Firefox: ['firefox', 'firefox', 'firefox', 'firefox'],
  'two in each': ['chromium', 'firefox', 'chromium', 'firefox'],
};
const LATE = 'Maria';
const STALLED = 'Petr';

/** @typedef {import('./in-page.mjs').Notes} Notes */
/** @typedef {import('./in-page.mjs').Measured} Measured */
/** @typedef {import('../support/browser.mjs').Kind} Kind */
/** @typedef {{ atMs: number, name: string }} Act */
/** @typedef {{ name: string, delayMs: number, notes: Notes, absent: { fromMs: number, untilMs: number }[] }} Watched */

/**
 * What was seen. `acts` are all disturbances in their order; a member is `absent` while nothing
 * could keep it in step: before it has come, and while its film is kept back.
 * @typedef {{ beginMs: number, acts: Act[], watched: Watched[] }} Evening
 */

/**
 * @param {import('./followers.mjs').Follower} follower
 * @param {string} browsers one of `BROWSERS`
 * @param {(what: string) => void} tell
 * @returns {Promise<Evening>}
 */
export async function play(follower, browsers, tell) {
  const kinds = BROWSERS[browsers];
  if (!kinds) throw new Error(`${browsers} is none of ${Object.keys(BROWSERS).join(', ')}`);
  const house = await House.open(`sync ${follower.name} ${browsers}`);
  /** @type {Line[]} */
  const lines = [];
  try {
    return await new Scene(house, lines, follower, tell).play(kinds);
  } finally {
    await house.close();
    for (const line of lines) await line.end();
  }
}

class Scene {
  /** @type {Map<string, import('../support/room-page.mjs').RoomPage>} */
  #rooms = new Map();
  /** @type {Act[]} */
  #acts = [];
  #beginMs = 0;

  /**
   * @param {House} house
   * @param {Line[]} lines
   * @param {import('./followers.mjs').Follower} follower
   * @param {(what: string) => void} tell
   */
  constructor(house, lines, follower, tell) {
    this.house = house;
    this.lines = lines;
    this.follower = follower;
    this.tell = tell;
  }

  /** @param {readonly Kind[]} kinds */
  async play(kinds) {
    for (const [index, { name, delayMs }] of PEOPLE.entries())
      await this.#arrive(name, delayMs, kinds[index]);
    const [vasily, ...others] = this.house.people;
    if (!vasily) throw new Error('nobody has come');
    const { link, room } = await vasily.openRoom(FILM);
    this.#rooms.set(vasily.name, room);
    for (const person of others.filter(({ name }) => name !== LATE)) {
      this.#rooms.set(person.name, await person.follow(link));
    }
    const slow = await SlowLine.of(this.#person(STALLED), KEPT_BACK_FROM_MS);
    const lateFromMs = nowMs();
    await this.#acted(link, slow);
    return this.#seen(lateFromMs);
  }

  /** @param {string} link @param {SlowLine} slow */
  async #acted(link, slow) {
    this.#beginMs = nowMs();
    await this.#at(3, 'play', () => this.#room('Vasily').play());
    await this.#at(15, 'pause', () => this.#room('Anna').pause());
    await this.#at(18, 'play', () => this.#room('Petr').play());
    await this.#at(26, 'seek', () => this.#room('Anna').seekTo(2_000));
    await this.#comes(36, link);
    await this.#at(48, 'seek, film kept back', () => this.#room('Vasily').seekTo(49_000));
    await this.#at(51, 'film comes again', () => slow.recover());
    // Before the film's end, even where nobody has waited.
    await this.#at(56, 'seek', () => this.#room('Maria').seekTo(8_000));
    await this.#at(70, 'tab hidden', () => this.#hide('Anna', HIDDEN_TIMERS_MS));
    await this.#at(78, 'pause', () => this.#room('Vasily').pause());
    await this.#at(81, 'play', () => this.#room('Maria').play());
    await this.#at(90, 'seek', () => this.#room('Petr').seekTo(12_000));
    await this.#at(98, 'tab shown', () => this.#hide('Anna', 0));
    await until('the time is up', () => nowMs() >= this.#beginMs + LENGTH_MS, LENGTH_MS);
  }

  /**
   * Somebody comes through a line of their own. Only the socket takes it: pages and pieces of the
   * film come directly, since a late line would starve the player, and that is not measured here.
   *
   * @param {string} name
   * @param {number} delayMs
   * @param {Kind} [kind]
   */
  async #arrive(name, delayMs, kind) {
    const delay = { delayMs, jitterMs: Math.round(delayMs * JITTER) };
    const line = await Line.to(this.house.server.address, delay);
    this.lines.push(line);
    const viewport = { width: 640, height: 480 };
    const person = await this.house.person(name, { viewport }, kind);
    await person.context.addInitScript(leadThrough, { address: line.address, delayMs });
    await person.context.addInitScript(lookAtPlayer, {
      everyMs: LOOK_EVERY_MS,
      inSteps: isFirefox(person.context),
    });
    await person.context.addInitScript(slowTimersOnDemand);
    await this.follower.serveTo(person.context);
    await person.signUp();
  }

  /**
   * @param {number} afterS
   * @param {string} name
   * @param {() => Promise<unknown>} act
   */
  async #at(afterS, name, act) {
    const dueMs = this.#beginMs + afterS * 1000;
    await until(`it is time: ${name}`, () => nowMs() >= dueMs, LENGTH_MS);
    this.tell(`${afterS} s: ${name}`);
    this.#acts.push({ atMs: nowMs(), name });
    await act();
  }

  /**
   * Somebody comes late. That counts from the moment their film is there: how fast pages load is
   * not measured here.
   *
   * @param {number} afterS
   * @param {string} link
   */
  async #comes(afterS, link) {
    const dueMs = this.#beginMs + afterS * 1000;
    await until('it is time to come', () => nowMs() >= dueMs, LENGTH_MS);
    this.#rooms.set(LATE, await this.#person(LATE).follow(link));
    this.tell(`${afterS} s: late join`);
    this.#acts.push({ atMs: nowMs(), name: 'late join' });
  }

  /** @param {string} name @param {number} timersPauseMs */
  async #hide(name, timersPauseMs) {
    const person = this.#person(name);
    await (timersPauseMs > 0 ? person.hideTab() : person.showTab());
    await person.page.evaluate((pauseMs) => {
      /** @type {{ measured: Measured }} */ (/** @type {any} */ (window)).measured.timersPauseMs =
        pauseMs;
    }, timersPauseMs);
  }

  /** @param {number} lateFromMs @returns {Promise<Evening>} */
  async #seen(lateFromMs) {
    /** @param {string} name */
    const atMs = (name) => this.#acts.find((act) => act.name === name)?.atMs ?? 0;
    const watched = [];
    for (const { name, delayMs } of PEOPLE) {
      const notes = await this.#person(name).page.evaluate(
        () => /** @type {{ measured: Measured }} */ (/** @type {any} */ (window)).measured.notes,
      );
      const absent = [];
      if (name === LATE) absent.push({ fromMs: lateFromMs, untilMs: atMs('late join') });
      if (name === STALLED)
        absent.push({ fromMs: atMs('seek, film kept back'), untilMs: atMs('film comes again') });
      watched.push({ name, delayMs, notes, absent });
    }
    return { beginMs: this.#beginMs, acts: this.#acts, watched };
  }

  /** @param {string} name */
  #person(name) {
    const person = this.house.people.find((person) => person.name === name);
    if (!person) throw new Error(`${name} has not come`);
    return person;
  }

  /** @param {string} name */
  #room(name) {
    const room = this.#rooms.get(name);
    if (!room) throw new Error(`${name} is not in the room`);
    return room;
  }
}

function nowMs() {
  return performance.timeOrigin + performance.now();
}
