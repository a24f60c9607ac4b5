/**
 * Looks at a page without touching it. Whatever Playwright itself asks of a page counts for
 * Chromium as a gesture of the person, after which films may sound; the debugger's own question
 * does not.
 */
import { writeFileSync } from 'node:fs';

export class Untouched {
  #debugger;

  /** @param {import('playwright-core').CDPSession} session */
  constructor(session) {
    this.#debugger = session;
  }

  /** Opens a path in a fresh tab of the person. @param {import('./person.mjs').Person} person */
  static async open(person, /** @type {string} */ path) {
    await person.newTab();
    await person.open(path);
    return new Untouched(await person.context.newCDPSession(person.page));
  }

  /**
   * @template Answer
   * @param {() => Answer} look runs in the page
   * @returns {Promise<Answer>}
   */
  async see(look) {
    const { result, exceptionDetails } = await this.#debugger.send('Runtime.evaluate', {
      expression: `(${look})()`,
      returnByValue: true,
      userGesture: false,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  }

  /** @param {string} path */
  async picture(path) {
    const { data } = await this.#debugger.send('Page.captureScreenshot', { format: 'png' });
    writeFileSync(path, Buffer.from(data, 'base64'));
  }
}
