/** A person at a browser: what they do on every page but the room's. */
import assert from 'node:assert/strict';
import { isFirefox } from './browser.mjs';
import { RoomPage } from './room-page.mjs';
import { PATIENCE_MS, until } from './until.mjs';

const PASSWORD = 'a long enough password';
const TOKENS_KEY = 'movie-together.tokens';

/** For a picture the driver adds a style, which Firefox says that the page forbids. */
const DRIVERS_STYLE =
  /blocked an inline style .*'sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT\+SmwNZWA='/;
/** Tests ask faster than people. */
const TOO_MANY = 429;

export class Person {
  /** @type {RegExp[]} */
  #expected;
  /** @type {string[]} */
  #troubles = [];

  /**
   * @param {import('./evening.mjs').House} house
   * @param {string} name
   * @param {import('playwright-core').BrowserContext} context
   * @param {import('playwright-core').Page} page
   */
  constructor(house, name, context, page) {
    this.house = house;
    this.name = name;
    this.email = `${name.toLowerCase()}@example.org`;
    this.context = context;
    this.page = page;
    this.#expected = isFirefox(context) ? [DRIVERS_STYLE] : [];
  }

  /**
   * @param {import('./evening.mjs').House} house
   * @param {string} name
   * @param {import('playwright-core').BrowserContext} context
   */
  static async arrive(house, name, context) {
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(house, name, context, await context.newPage());
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) person.#troubles.push(message.text());
    });
    context.on('weberror', (error) => person.#troubles.push(String(error.error())));
    return person;
  }

  /** Something that the browser will complain about and that this test asks for. */
  expectTrouble(/** @type {RegExp} */ pattern) {
    this.#expected.push(pattern);
  }

  /** What the pages of this person complained about unexpectedly. */
  troubles() {
    return this.#troubles.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }

  /** Closes the tab and opens a fresh one: no touch of the old page counts for the new one. */
  async newTab() {
    await this.page.close();
    this.page = await this.context.newPage();
  }

  /** @param {string} path */
  async open(path) {
    await this.page.goto(path);
  }

  /** Fills in the sign-up form of the page that is open. */
  async signUpHere() {
    await this.page.getByRole('button', { name: 'New here? Create an account' }).click();
    await this.page.getByLabel('Your name').fill(this.name);
    await this.#fillSign();
    await this.page.getByRole('button', { name: 'Sign up', exact: true }).click();
  }

  /** Fills in the sign-in form of the page that is open. */
  async signInHere(password = PASSWORD) {
    await this.#fillSign(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Comes for the first time, by the front door. */
  async signUp() {
    await this.open('/');
    await this.signUpHere();
    await this.isSignedIn();
  }

  async signOut() {
    await this.page.getByRole('button', { name: 'Sign out' }).click();
    await this.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  async isSignedIn() {
    const me = this.page.getByTestId('me').filter({ hasText: this.name });
    await me.waitFor({ state: 'attached' });
  }

  /** @param {Person} other */
  async askToBeFriends(other) {
    await this.open('/people');
    await this.page.getByRole('searchbox', { name: 'Find people by name' }).fill(other.name);
    await this.page.getByRole('button', { name: `Ask to be friends: ${other.name}` }).click();
    await this.page.getByTestId('people-found').getByText('Asked').waitFor();
  }

  /** @param {Person} other */
  async acceptFriend(other) {
    await this.open('/people');
    const requests = this.page.getByTestId('friend-requests');
    await requests.getByRole('button', { name: `Accept: ${other.name}` }).click();
    await this.page.getByTestId('friends').getByText(other.name, { exact: true }).waitFor();
  }

  /** @param {string} title */
  async want(title) {
    await this.open('/');
    const catalogue = this.page.getByTestId('catalogue');
    await catalogue.getByRole('button', { name: `Want to watch: ${title}` }).click();
    await catalogue
      .getByRole('button', { name: `Want to watch: ${title}`, pressed: true })
      .waitFor();
  }

  /**
   * Comes home until the film that a friend wants too is shown there: what friends want is
   * remembered for some seconds. Returns its card.
   *
   * @param {string} title
   * @param {Person} friend
   */
  async findsMatch(title, friend) {
    const matches = this.page.getByTestId('matches');
    const match = matches.getByRole('article', { name: title });
    await until(`${this.name} is shown the match`, async () => {
      await this.open('/');
      await matches.locator('article, a').first().waitFor();
      return match.isVisible();
    });
    await match.getByText(`${friend.name} wants this too`).waitFor();
    return match;
  }

  /** Opens the film's page by its card in the catalogue. @param {string} title */
  async openFilm(title) {
    await this.open('/');
    const card = this.page.getByTestId('catalogue').getByRole('article', { name: title });
    await card.getByRole('link', { name: title }).click();
    await this.page.getByRole('heading', { level: 1, name: title }).waitFor();
  }

  /** On a film's page: opens a room, which greets with its link; returns that. */
  async inviteFriends() {
    await this.page.getByRole('button', { name: 'Invite friends' }).click();
    return this.invitation();
  }

  /** The link that a room shows to whoever has just opened it. */
  async invitation() {
    await this.page.waitForURL(/\/room\//);
    const link = await this.page.getByTestId('invite-link').inputValue();
    assert.match(link, /^http:\/\/localhost:\d+\/i\/[\w-]{8,}$/);
    return link;
  }

  /** Puts the invitation away that a room greets with. */
  async goToRoom() {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    return this.enteredRoom();
  }

  /** The room whose page is open, once its line is. */
  async enteredRoom() {
    const room = new RoomPage(this);
    await room.isLive();
    return room;
  }

  /**
   * Opens a room for a film and enters it.
   *
   * @param {string} title
   * @param {string} [control] who controls the player, as the film's page calls it
   */
  async openRoom(title, control) {
    await this.openFilm(title);
    if (control) await this.page.getByLabel('Who controls the player').selectOption(control);
    const link = await this.inviteFriends();
    return { link, room: await this.goToRoom() };
  }

  /** Comes in by a link; signed in already. @param {string} link */
  async follow(link) {
    await this.open(link);
    return this.enteredRoom();
  }

  /**
   * An API answer, asked with this person's own token.
   *
   * @param {string} path
   * @param {string} [method]
   * @param {object} [body]
   */
  async ask(path, method = 'GET', body) {
    const stored = await this.page.evaluate((key) => localStorage.getItem(key), TOKENS_KEY);
    assert.ok(stored, `${this.name} is signed in`);
    const asked = () =>
      fetch(`${this.house.server.address}/api/v1${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${JSON.parse(stored).accessToken}`,
          'Content-Type': 'application/json',
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    let answer = await asked();
    await until(`${method} ${path} is not too much`, async () => {
      if (answer.status === TOO_MANY) answer = await asked();
      return answer.status !== TOO_MANY;
    });
    assert.ok(answer.ok, `${method} ${path} is answered with ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  }

  /** An evening that is over, without the pages for it; returns its room. @param {string} title */
  async pastEvening(title) {
    const { items } = await this.ask('/movies');
    const film = items.find((/** @type {any} */ one) => one.title === title);
    const { room_id: room } = await this.ask('/room/', 'POST', { movie_id: film.id });
    await this.ask(`/room/${room}/close`, 'POST');
    await until(`${title} is closed`, async () => {
      return (await this.ask(`/room/${room}`)).status === 'closed';
    });
    return room;
  }

  /** Waits for a text on the page. @param {string | RegExp} text */
  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  /**
   * Waits until a field says what is wrong with it, to whoever reads and to whoever listens.
   *
   * @param {string} label
   * @param {RegExp} text
   */
  async isToldAt(label, text) {
    const field = this.page.getByLabel(label, { exact: true });
    await until(`${label} is told apart as wrong`, async () => {
      if ((await field.getAttribute('aria-invalid')) !== 'true') return false;
      const note = this.page.locator(`#${await field.getAttribute('aria-describedby')}`);
      return text.test(await note.innerText());
    });
  }

  /** Waits for an alert with a text. @param {RegExp} text */
  async isTold(text) {
    await this.page.getByRole('alert').filter({ hasText: text }).waitFor();
  }

  /** Another tab comes to the front, as far as this tab's page can tell. */
  async hideTab() {
    await this.#setVisibility('hidden');
  }

  async showTab() {
    await this.#setVisibility('visible');
  }

  /** @param {string} what */
  async picture(what) {
    await this.page.screenshot({ path: this.house.picturePath(`${this.name}-${what}`) });
  }

  /**
   * Headless Chromium shows every tab at once, so the page is told what a real one would tell it.
   *
   * @param {DocumentVisibilityState} state
   */
  async #setVisibility(state) {
    await this.page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  }

  async #fillSign(password = PASSWORD) {
    await this.page.getByLabel('E-mail').fill(this.email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
  }
}
