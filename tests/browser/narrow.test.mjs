import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';

const NARROW = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };
const LONG_WORD = 'Aaaa'.repeat(40);

evening('every page fits a screen of 320 px', async (house) => {
  const vasily = await house.person('Vasily', NARROW);
  const petr = await house.person(`Petr${'e'.repeat(56)}`, NARROW);
  await vasily.open('/');
  await fits(vasily, 'sign-in');
  await vasily.signUp();
  await petr.signUp();
  await vasily.askToBeFriends(petr);
  await fits(vasily, 'people');
  await petr.acceptFriend(vasily);
  for (const person of [vasily, petr]) await person.want('Aurora over Nothing');
  await vasily.open('/');
  await vasily.page.getByTestId('matches').getByRole('article').waitFor();
  await fits(vasily, 'home');

  await vasily.openFilm('Aurora over Nothing');
  await fits(vasily, 'film');
  const link = await vasily.inviteFriends();
  await fits(vasily, 'invited');
  const vasilys = await vasily.goToRoom();
  const petrs = await petr.follow(link);
  await petrs.say(LONG_WORD);
  await vasilys.hears(LONG_WORD);
  await fits(vasily, 'room');
  await vasilys.play();
  await petrs.advances(500);
  await fits(petr, 'room');
  await petr.page.getByRole('button', { name: 'Player settings' }).tap();
  await petr.sees('Your own offset');
  await fits(petr, 'settings');
});

/**
 * @param {import('./support/person.mjs').Person} person
 * @param {string} what
 */
async function fits(person, what) {
  await person.picture(what);
  const widths = await person.page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    screen: screen.width,
    view: innerWidth,
  }));
  assert.deepEqual(
    widths,
    { page: 320, screen: 320, view: 320 },
    `${what} is wider than the screen`,
  );
}
