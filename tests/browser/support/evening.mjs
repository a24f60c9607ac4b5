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
import { isFirefox, launch } from './browser.mjs';
import { Person } from './person.mjs';
import { Server } from './server.mjs';

/** Pictures and server logs of the last run, a folder a test. */
const ARTIFACTS = fileURLToPath(
  new URL(isFirefox ? '../../artifacts/firefox' : '../../artifacts', import.meta.url),
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

export class House {
  /** @type {Person[]} */
  people = [];
  #pictures = 0;

  /**
   * @param {Server} server
   * @param {import('playwright-core').Browser} browser
   * @param {string} artifacts
   * @param {string} folder
   */
  constructor(server, browser, artifacts, folder) {
    this.server = server;
    this.browser = browser;
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
    const browser = await launch({ autoplay });
    const folder = mkdtempSync(join(tmpdir(), 'movie-together-'));
    const server = new Server(folder, join(artifacts, 'server.log'));
    const house = new House(server, browser, artifacts, folder);
    try {
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
   */
  async person(name, options = {}) {
    const context = await this.browser.newContext({
      baseURL: this.server.address,
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const person = await Person.arrive(this, name, context);
    this.people.push(person);
    return person;
  }

  /** @param {string} what */
  picturePath(what) {
    this.#pictures += 1;
    return join(this.artifacts, `${String(this.#pictures).padStart(2, '0')}-${what}.png`);
  }

  /** Leaves a picture of how each page ended, then nothing. */
  async close() {
    for (const person of this.people) await person.picture('end').catch(() => null);
    await this.browser.close();
    await this.server.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
