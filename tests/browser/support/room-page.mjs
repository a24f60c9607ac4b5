/** A person in a room: the player, the chat, the members, and what the room remembers. */
import assert from 'node:assert/strict';
import { until } from './until.mjs';

/**
 * A look at a player. `atMs` is this machine's clock, so looks of two pages can be compared.
 * @typedef {{ atMs: number, positionMs: number, paused: boolean, muted: boolean, frames: number }} Moment
 */

export class RoomPage {
  /** @param {import('./person.mjs').Person} person */
  constructor(person) {
    this.person = person;
  }

  get page() {
    return this.person.page;
  }

  get id() {
    const id = new URL(this.page.url()).pathname.split('/')[2];
    assert.ok(id, 'the address names a room');
    return id;
  }

  get name() {
    return this.person.name;
  }

  /** The line is open and the film's length is known. */
  async isLive() {
    await this.page.waitForURL(/\/room\/[0-9a-f-]{36}$/);
    await this.isConnected();
    await until(`${this.name} has the film`, () =>
      this.page.locator('video').evaluate((video) => {
        return video instanceof HTMLVideoElement && video.readyState >= video.HAVE_METADATA;
      }),
    );
  }

  async play() {
    await this.page.getByRole('button', { name: 'Play', exact: true }).click();
  }

  async pause() {
    await this.page.getByRole('button', { name: 'Pause', exact: true }).click();
  }

  /** Moves the slider. @param {number} positionMs */
  async seekTo(positionMs) {
    await this.page.getByRole('slider', { name: 'Position in the film' }).fill(String(positionMs));
  }

  /** With a finger: touches the film until its controls are shown, then one of them. @param {string} name */
  async touchesControl(name) {
    const control = this.page.getByRole('button', { name, exact: true });
    await until(`${this.name} reaches “${name}”`, async () => {
      await this.page
        .getByTestId('player')
        .locator('video')
        .tap({ position: { x: 20, y: 20 } });
      return control.tap({ timeout: 1_000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** @returns {Promise<Moment>} */
  async moment() {
    return this.page.locator('video').evaluate((node) => {
      const video = /** @type {HTMLVideoElement} */ (node);
      return {
        atMs: performance.timeOrigin + performance.now(),
        positionMs: video.currentTime * 1000,
        paused: video.paused,
        muted: video.muted,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
      };
    });
  }

  /** Waits until the film has really moved on by so much: time and pictures. @param {number} byMs */
  async advances(byMs) {
    const start = await this.moment();
    await until(`the film moves on for ${this.name}`, async () => {
      const now = await this.moment();
      return now.positionMs - start.positionMs >= byMs && now.frames > start.frames;
    });
  }

  async isPaused() {
    await until(`the film stands for ${this.name}`, async () => (await this.moment()).paused);
  }

  /** Where one writes. */
  get composer() {
    return this.page.getByRole('textbox', { name: 'Write a message' });
  }

  /** @param {string} text */
  async say(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Changes the film for everyone. @param {string} title */
  async putOn(title) {
    await this.page.getByRole('button', { name: 'Change film' }).click();
    await this.page.getByTestId('films-to-put-on').getByRole('button', { name: title }).click();
    await this.page.getByRole('heading', { level: 1, name: title }).waitFor();
  }

  /** Lines of the chat with this very text that came back from the room. @param {string} text */
  lines(text) {
    return this.page.getByTestId('chat-line').filter({ hasText: text });
  }

  /** @param {string} text */
  async hears(text) {
    await this.lines(text).waitFor();
  }

  /** @param {number} count */
  async hasMembers(count) {
    await until(`${this.name} sees ${count} in the room`, async () => {
      return (await this.page.getByTestId('member').count()) === count;
    });
  }

  async isConnected() {
    await this.page.locator('[data-testid=line][data-state=open]').waitFor({ state: 'attached' });
  }

  /** The person is told that the line is lost. */
  async isLost() {
    await this.person.sees('The connection is lost. Reconnecting…');
  }

  /** A picture that stands still is explained, even to one who has not moved the mouse for long. */
  async isShownBuffering() {
    const drift = this.page.getByTestId('drift').filter({ hasText: 'Buffering…' });
    await until(`${this.name} is told why the film stands`, async () => {
      if ((await drift.count()) === 0) return false;
      return drift.evaluate((text) => text.checkVisibility({ opacityProperty: true }));
    });
  }

  /** Whether the page is taller than the screen. */
  async scrolls() {
    return this.page.evaluate(() => document.documentElement.scrollHeight > innerHeight);
  }

  /** Kinds of all that happened in the room, oldest first, as the server has it. */
  async happened() {
    const page = await this.person.ask(`/room/${this.id}/messages?limit=100`);
    assert.equal(page.has_more, false);
    const kinds = page.items.map((/** @type {{ event: string }} */ item) => item.event);
    return /** @type {string[]} */ (kinds.reverse());
  }

  /** @param {string} what */
  async picture(what) {
    await this.person.picture(what);
  }
}

/**
 * How far apart two players are, ms, both looks brought to one moment.
 *
 * @param {RoomPage} one
 * @param {RoomPage} other
 */
export async function gapMs(one, other) {
  const [first, second] = await Promise.all([one.moment(), other.moment()]);
  const passedMs = first.paused ? 0 : second.atMs - first.atMs;
  return Math.abs(first.positionMs + passedMs - second.positionMs);
}

/** Looks in a row that must all find the players together. */
const LOOKS = 5;
/** How far the film moves on between two looks, ms. */
const LOOK_EVERY_MS = 300;

/**
 * Waits until two running players are together and stay so over several looks.
 *
 * @param {RoomPage} one
 * @param {RoomPage} other
 * @param {number} withinMs
 */
export async function inStep(one, other, withinMs) {
  /** @type {number[]} */
  const seen = [];
  await until(`${one.name} and ${other.name} run within ${withinMs} ms`, async () => {
    seen.length = 0;
    while (seen.length < LOOKS) {
      await one.advances(LOOK_EVERY_MS);
      const gap = await gapMs(one, other);
      if (gap > withinMs) return false;
      seen.push(gap);
    }
    return true;
  });
  return seen;
}

/**
 * Waits until both players stand on one frame.
 *
 * @param {RoomPage} one
 * @param {RoomPage} other
 * @param {number} withinMs
 */
export async function onOneFrame(one, other, withinMs) {
  await one.isPaused();
  await other.isPaused();
  await until(`${one.name} and ${other.name} stand within ${withinMs} ms`, async () => {
    return (await gapMs(one, other)) <= withinMs;
  });
}
