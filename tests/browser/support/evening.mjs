/**
 * One test: a server, a browser and people of its own, all gone when it ends.
 *
 * To add a test: a file `<what>.test.mjs` beside the others with
 * `evening('what is seen', async (house) => { const vasily = await house.person('Vasily'); … })`.
 * A page that logs an error, breaks the content security policy or throws fails its test, unless
 * the test said by `person.expectTrouble` that just this must happen.
 *
 * All tests run in Chromium. What depends on the browser, such as films and sockets, runs in Firefox
 * too: `test:firefox` in package.json names those files.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, USUAL } from './browser.mjs';
import { Person } from './person.mjs';
import { Server } from './server.mjs';

/** Pictures and server logs of the last run, a folder a test. */
const ARTIFACTS = fileURLToPath(
  new URL(USUAL === 'firefox' ? '../../artifacts/firefox' : '../../artifacts', import.meta.url),
);
/** No test may take longer, whatever hangs. */
const TEST_MAX_MS = 180_000;

/**
 * @param {string} title
 * @param {(house: House) => Promise<void>} body
 * @param {{ autoplay?: boolean }} [options]
 */
export function evening(title, body, { autoplay = true } = {}) {
  test(title, { timeout: TEST_MAX_MS }, async (context) => {
    const house = await House.open(title, autoplay);
    context.after(() => house.close());
    await body(house);
    for (const person of house.people) assert.deepEqual(person.troubles(), []);
  });
}

/** @typedef {import('./browser.mjs').Kind} Kind */
/** @typedef {import('playwright-core').Browser} Browser */

export class House {
  /** @type {Person[]} */
  people = [];
  #pictures = 0;
  #autoplay;
  /** One of a kind, for all who come with it. @type {Map<Kind, Promise<Browser>>} */
  #browsers = new Map();

  /**
   * @param {Server} server
   * @param {boolean} autoplay
   * @param {string} artifacts
   * @param {string} folder
   */
  constructor(server, autoplay, artifacts, folder) {
    this.server = server;
    this.#autoplay = autoplay;
    this.artifacts = artifacts;
    this.folder = folder;
  }

  /**
   * @param {string} title
   * @param {boolean} autoplay
   */
  static async open(title, autoplay = true) {
    const artifacts = join(ARTIFACTS, title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));
    rmSync(artifacts, { recursive: true, force: true });
    mkdirSync(artifacts, { recursive: true });
    const folder = mkdtempSync(join(tmpdir(), 'movie-together-'));
    const server = new Server(folder, join(artifacts, 'server.log'));
    const house = new House(server, autoplay, artifacts, folder);
    try {
      await house.browser();
      await server.start();
      return house;
    } catch (error) {
      await house.close();
      throw error;
    }
  }

  /**
   * Somebody with a browser profile of their own, signed out and without an account yet.
   *
   * @param {string} name
   * @param {import('playwright-core').BrowserContextOptions} [options]
   * @param {Kind} [kind] of their browser
   */
  async person(name, options = {}, kind = USUAL) {
    const browser = await this.browser(kind);
    const context = await browser.newContext({
      baseURL: this.server.address,
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const person = await Person.arrive(this, name, context);
    this.people.push(person);
    return person;
  }

  /** Launched when it is first wanted. @param {Kind} [kind] */
  browser(kind = USUAL) {
    const launched = this.#browsers.get(kind) ?? launch({ autoplay: this.#autoplay, kind });
    this.#browsers.set(kind, launched);
    return launched;
  }

  /** @param {string} what */
  picturePath(what) {
    this.#pictures += 1;
    return join(this.artifacts, `${String(this.#pictures).padStart(2, '0')}-${what}.png`);
  }

  /** Leaves a picture of how each page ended, then nothing. */
  async close() {
    for (const person of this.people) await person.picture('end').catch(() => null);
    for (const browser of this.#browsers.values()) await (await browser).close();
    await this.server.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
