/** Takes the pictures of the README from a real evening: `npm run screenshots`. */
import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { House } from './support/evening.mjs';
import { until } from './support/until.mjs';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
/** Pictures are part of every clone. */
const PICTURE_BYTES_MAX = 300 * 1024;
const VIEW = { viewport: { width: 1200, height: 720 } };
const FILM = 'A Short History of Life';
const OTHER_FILM = 'Two Stones in a Pond';
/** A moment of the film with much to see. */
const MOMENT_MS = 24_000;

const house = await House.open('screenshots');
try {
  await take();
} finally {
  await house.close();
}

async function take() {
  const vasily = await house.person('Vasily', VIEW);
  const petr = await house.person('Petr', VIEW);
  const anna = await house.person('Anna', VIEW);
  for (const person of [vasily, petr, anna]) await person.signUp();
  for (const friend of [petr, anna]) {
    await vasily.askToBeFriends(friend);
    await friend.acceptFriend(vasily);
  }
  for (const person of [vasily, petr, anna]) await person.want(FILM);
  for (const person of [vasily, anna]) await person.want(OTHER_FILM);

  await vasily.findsMatch(OTHER_FILM, anna);
  await vasily.page.evaluate(() => scrollTo(0, 0));
  await picture(vasily, 'home');
  await vasily.openFilm(FILM);
  await picture(vasily, 'film');
  const link = await vasily.inviteFriends();

  const vasilys = await vasily.goToRoom();
  const petrs = await petr.follow(link);
  const annas = await anna.follow(link);
  await petrs.say('I have popcorn.');
  await vasilys.hears('I have popcorn.');
  await annas.say('Start without the trailers, please');
  await vasilys.hears('Start without the trailers, please');
  await vasilys.seekTo(MOMENT_MS);
  await vasilys.play();
  await vasilys.advances(2_000);
  await annas.say('That glider is going to make it!');
  await vasilys.say('It never does.');
  await annas.hears('It never does.');
  await vasily.page.getByTestId('player').hover();
  await vasily.page.emulateMedia({ colorScheme: 'dark' });
  await picture(vasily, 'room');
  await vasily.page.emulateMedia({ colorScheme: 'light' });

  await vasily.page.getByRole('button', { name: 'Close room' }).click();
  await vasily.page.getByRole('button', { name: 'Close for everyone' }).click();
  await vasily.sees('This room is closed.');
  await house.server.runEtl();
  await vasily.page.reload();
  await vasily.page.locator('[data-testid=evening][data-status=archived]').waitFor();
  await vasilys.hears('It never does.');
  await picture(vasily, 'archive');
}

/**
 * @param {import('./support/person.mjs').Person} person
 * @param {string} name
 */
async function picture(person, name) {
  mkdirSync(FOLDER, { recursive: true });
  const path = `${FOLDER}${name}.png`;
  await until('posters in sight are loaded', () => person.page.evaluate(postersLoaded));
  // Colours on their way would be caught half-way.
  await person.page.screenshot({ path, animations: 'disabled' });
  const { size } = statSync(path);
  assert.ok(size <= PICTURE_BYTES_MAX, `${path} has ${size} bytes`);
}

/** Runs in the page. */
function postersLoaded() {
  const inSight = [...document.images].filter((image) => {
    return image.getBoundingClientRect().top < innerHeight;
  });
  return inSight.every((image) => image.complete);
}
