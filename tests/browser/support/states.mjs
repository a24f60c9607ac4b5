/**
 * Every state in which the page can be seen, each with how it is reached: `states.test.mjs` asks axe
 * about all of them, and compares the main ones with what they looked like.
 *
 * To add a screen: one line here. A state may build on the one before it in its list, and is left
 * on the page of the person it names.
 */
import { randomUUID } from 'node:crypto';
import { SlowLine } from './slow-line.mjs';

const FILM = 'Aurora over Nothing';
const OTHER_FILM = 'Down Seahorse Valley';
const STREAMED = 'Two Stones in a Pond';
/** Further into it than a player loads ahead. */
const FAR_MS = 45_000;
const NOBODY = 'Max Schreck';
/** A moment of the film with something to see. */
const MOMENT_MS = 24_000;

/**
 * Who is there: Vasily and Petr are friends and want the same film, Anna asks to be a friend, a
 * stranger is signed out. An evening of Vasily and Petr is over, and Petr has opened a room.
 *
 * @typedef {{
 *   house: import('./evening.mjs').House,
 *   vasily: import('./person.mjs').Person,
 *   petr: import('./person.mjs').Person,
 *   anna: import('./person.mjs').Person,
 *   stranger: import('./person.mjs').Person,
 *   archived: string,
 *   archivedLink: string,
 *   link: string,
 * }} Cast
 *
 * @typedef {{
 *   name: string,
 *   who: 'vasily' | 'petr' | 'anna' | 'stranger',
 *   reach: (cast: Cast) => Promise<unknown>,
 *   isPictured: boolean,
 * }} State
 */

/** Signed out. @type {readonly State[]} */
export const DOOR = [
  pictured('sign-in', 'stranger', ({ stranger }) => stranger.open('/')),
  state('sign-in-empty', 'stranger', ({ stranger }) => press(stranger, 'Sign in')),
  state('sign-in-refused', 'stranger', async ({ stranger }) => {
    await stranger.signInHere('not the password');
    await stranger.page.getByRole('alert').waitFor();
  }),
  state('sign-up', 'stranger', ({ stranger }) => press(stranger, 'New here? Create an account')),
  state('sign-up-empty', 'stranger', ({ stranger }) => press(stranger, 'Sign up')),
  state('invited', 'stranger', async ({ stranger, link }) => {
    await stranger.open(link);
    await stranger.sees('You are invited to a room.');
  }),
  state('invited-nowhere', 'stranger', async ({ stranger }) => {
    await stranger.open('/i/nosuchcode42');
    await stranger.sees('There is no such room.');
  }),
  state('invited-too-late', 'stranger', async ({ stranger, archivedLink }) => {
    await stranger.open(archivedLink);
    await stranger.sees('This room is closed.');
  }),
];

/** Films and people. @type {readonly State[]} */
export const HOUSE = [
  state('home-empty', 'anna', async ({ anna }) => {
    await anna.open('/');
    await anna.page.getByTestId('catalogue').getByRole('article', { name: FILM }).waitFor();
  }),
  pictured('home', 'vasily', ({ vasily, petr }) => vasily.findsMatch(FILM, petr)),
  state('home-without-matches', 'vasily', async ({ vasily }) => {
    vasily.expectTrouble(/ERR_CONNECTION_REFUSED/);
    const matches = /\/api\/v1\/matches/;
    await vasily.page.route(matches, (route) => route.abort('connectionrefused'));
    await vasily.open('/');
    await vasily.isTold(/server cannot be reached/);
    await vasily.page.unroute(matches);
  }),
  state('home-nothing-found', 'vasily', ({ vasily }) => seeks(vasily, 'Search films')),
  pictured('people', 'vasily', async ({ vasily }) => {
    await vasily.open('/people');
    await vasily.page.getByRole('button', { name: 'Accept: Anna' }).waitFor();
  }),
  state('people-nobody', 'vasily', ({ vasily }) => seeks(vasily, 'Find people by name')),
  state('people-found', 'vasily', async ({ vasily }) => {
    await vasily.page.getByRole('searchbox', { name: 'Find people by name' }).fill('Petr');
    await vasily.page.getByTestId('people-found').getByText('Petr').waitFor();
  }),
  state('people-remove-asked', 'vasily', ({ vasily }) => press(vasily, 'Remove: Petr')),
  pictured('film', 'vasily', ({ vasily }) => vasily.openFilm(FILM)),
  state('film-unknown', 'vasily', async ({ vasily }) => {
    await vasily.open(`/film/${randomUUID()}`);
    await vasily.sees('There is no such film.');
  }),
  state('page-unknown', 'vasily', async ({ vasily }) => {
    await vasily.open('/no/such/page');
    await vasily.sees('There is no such page.');
  }),
  pictured('settings', 'vasily', async ({ vasily }) => {
    await vasily.open('/settings');
    await vasily.page.getByRole('radio', { name: 'English' }).waitFor();
  }),
  state('film-room-open', 'petr', async ({ petr }) => {
    await petr.openFilm(FILM);
    await press(petr, 'Invite friends');
    await petr.sees('You already have an open room');
  }),
];

/** What is over. @type {readonly State[]} */
export const EVENINGS = [
  state('evenings-empty', 'anna', async ({ anna }) => {
    await anna.open('/evenings');
    await anna.sees('No evenings yet.');
  }),
  pictured('evenings', 'vasily', async ({ vasily }) => {
    await vasily.open('/evenings');
    await vasily.page.locator('[data-testid=room-item][data-status=archived]').waitFor();
  }),
  state('evenings-nothing-found', 'vasily', ({ vasily }) => {
    return seeks(vasily, 'Search evenings by film');
  }),
  pictured('evening', 'vasily', async ({ vasily, archived }) => {
    await vasily.open(`/evening/${archived}`);
    await vasily.page.getByTestId('chat-line').filter({ hasText: 'Good night' }).waitFor();
  }),
  state('evening-nothing-found', 'vasily', ({ vasily }) => seeks(vasily, 'Search what was said')),
  state('evening-found', 'vasily', async ({ vasily }) => {
    await vasily.page.getByRole('searchbox', { name: 'Search what was said' }).fill('night');
    await vasily.page.getByTestId('chat-line').filter({ hasText: 'Good night' }).waitFor();
  }),
  state('evening-delete-asked', 'vasily', ({ vasily }) => press(vasily, 'Delete: Good night')),
  state('evening-of-others', 'anna', async ({ anna, archived }) => {
    await anna.open(`/evening/${archived}`);
    await anna.sees('Only those who were in this room can read its messages.');
  }),
  state('evening-unknown', 'vasily', async ({ vasily }) => {
    await vasily.open(`/evening/${randomUUID()}`);
    await vasily.sees('There is no such evening.');
  }),
];

/** The room of Petr, with Vasily in it. @type {readonly State[]} */
export const ROOM = [
  pictured('room', 'vasily', async ({ vasily, petr, link }) => {
    const petrs = await petr.enteredRoom();
    const vasilys = await vasily.follow(link);
    await petrs.say('I have popcorn.');
    await vasilys.hears('I have popcorn.');
    await vasilys.say('Start without the trailers, please');
    await petrs.seekTo(MOMENT_MS);
    await vasilys.hears('Start without the trailers, please');
    await vasily.sees(/jumped to/);
  }),
  state('room-answering', 'vasily', ({ vasily }) => press(vasily, 'Reply to Petr')),
  state('room-emoji', 'vasily', ({ vasily }) => press(vasily, 'Emoji')),
  state('room-delete-asked', 'vasily', async ({ vasily }) => {
    await vasily.page.keyboard.press('Escape');
    await press(vasily, 'Delete: Start without the trailers, please');
    await vasily.page.getByRole('dialog').waitFor();
  }),
  state('room-player-settings', 'vasily', async ({ vasily }) => {
    await vasily.page.keyboard.press('Escape');
    await press(vasily, 'Player settings');
  }),
  state('room-keys', 'vasily', ({ vasily }) => press(vasily, 'Keys of the player')),
  state('room-change-film', 'vasily', async ({ vasily }) => {
    await vasily.page.keyboard.press('Escape');
    await press(vasily, 'Change film');
    await vasily.page.getByTestId('films-to-put-on').getByRole('button').first().waitFor();
  }),
  state('room-invite', 'vasily', async ({ vasily }) => {
    await vasily.page.keyboard.press('Escape');
    await press(vasily, 'Invite friends');
    await vasily.page.getByRole('img', { name: 'QR code of the invitation link' }).waitFor();
  }),
  state('room-remove-asked', 'petr', async ({ petr }) => {
    await press(petr, 'Remove Vasily');
    await petr.page.getByRole('dialog').waitFor();
  }),
  state('room-close-asked', 'petr', async ({ petr }) => {
    await petr.page.keyboard.press('Escape');
    await press(petr, 'Close room');
  }),
  state('room-reconnecting', 'vasily', async ({ house, vasily, petr }) => {
    for (const person of [vasily, petr]) {
      person.expectTrouble(/net::ERR_|^WebSocket connection to /);
    }
    await vasily.page.reload();
    await vasily.enteredRoom();
    await house.server.kill();
    await vasily.sees('The connection is lost. Reconnecting…');
  }),
  state('room-closed', 'vasily', async ({ house, vasily, petr }) => {
    await house.server.start();
    await (await petr.enteredRoom()).isConnected();
    await press(petr, 'Close for everyone');
    await vasily.sees('This room is closed.');
  }),
  state('room-unknown', 'vasily', async ({ vasily }) => {
    await vasily.open(`/room/${randomUUID()}`);
    await vasily.sees('There is no such room.');
  }),
];

/** The room of Petr, where not all goes well. @type {readonly State[]} */
export const MISHAPS = [
  state('room-hold', 'vasily', async ({ vasily, petr, link }) => {
    const petrs = await petr.enteredRoom();
    const vasilys = await vasily.follow(link);
    await SlowLine.of(petr, FAR_MS);
    await petrs.putOn(STREAMED);
    await vasilys.play();
    await petrs.advances(500);
    await vasilys.seekTo(FAR_MS);
    await vasily.page.getByTestId('hold-banner').filter({ hasText: 'Waiting for Petr' }).waitFor();
  }),
  state('room-full', 'anna', async ({ anna, link }) => {
    // A room is full with two thousand people; their one answer is given for them.
    await anna.page.route(/\/join$/, async (route) => {
      const json = { success: false, errors: ['The room is full!'], code: 'room_full' };
      if (route.request().isNavigationRequest()) await route.continue();
      else await route.fulfill({ status: 409, json });
    });
    await anna.open(link);
    await anna.sees('This room is full.');
  }),
  state('room-removed', 'vasily', async ({ vasily, petr }) => {
    await press(petr, 'Remove Vasily');
    await petr.page.getByRole('dialog').getByRole('button', { name: 'Remove Vasily' }).click();
    await vasily.sees('You were removed from this room.');
  }),
];

/** @param {import('./evening.mjs').House} house @returns {Promise<Cast>} */
export async function cast(house) {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  const anna = await house.person('Anna');
  const stranger = await house.person('Stranger');
  for (const person of house.people) {
    // Many of the states are refusals, which browsers complain about.
    person.expectTrouble(/status of 4\d\d/);
    // Colours on their way would be judged half-way.
    await person.page.emulateMedia({ reducedMotion: 'reduce' });
  }
  for (const person of [vasily, petr, anna]) await person.signUp();
  await vasily.askToBeFriends(petr);
  await petr.acceptFriend(vasily);
  await anna.askToBeFriends(vasily);
  for (const person of [vasily, petr]) await person.want(FILM);
  const { archived, archivedLink } = await evening(house, vasily, petr);
  const { link } = await petr.openRoom(OTHER_FILM);
  return { house, vasily, petr, anna, stranger, archived, archivedLink, link };
}

/**
 * @param {import('./evening.mjs').House} house
 * @param {import('./person.mjs').Person} owner
 * @param {import('./person.mjs').Person} guest
 */
async function evening(house, owner, guest) {
  const { link, room } = await owner.openRoom(FILM);
  const guests = await guest.follow(link);
  await guests.say('Good night');
  await room.hears('Good night');
  const { id } = room;
  await press(owner, 'Close room');
  await press(owner, 'Close for everyone');
  await owner.sees('This room is closed.');
  await house.server.runEtl();
  return { archived: id, archivedLink: link };
}

/**
 * @param {string} name
 * @param {State['who']} who
 * @param {State['reach']} reach
 * @returns {State}
 */
function state(name, who, reach) {
  return { name, who, reach, isPictured: false };
}

/** @type {typeof state} */
function pictured(name, who, reach) {
  return { name, who, reach, isPictured: true };
}

/**
 * @param {import('./person.mjs').Person} person
 * @param {string} button
 */
async function press(person, button) {
  await person.page.getByRole('button', { name: button, exact: true }).click();
}

/**
 * Searches for somebody whom nothing here knows.
 *
 * @param {import('./person.mjs').Person} person
 * @param {string} field
 */
async function seeks(person, field) {
  await person.page.getByRole('searchbox', { name: field }).fill(NOBODY);
  await person.page.getByRole('status').filter({ hasText: NOBODY }).waitFor();
}
