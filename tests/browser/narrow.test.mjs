import assert from 'node:assert/strict';
import { violations } from './support/axe.mjs';
import { evening } from './support/evening.mjs';

const WIDTH = 320;
const NARROW = { viewport: { width: WIDTH, height: 640 }, isMobile: true, hasTouch: true };
const LONG_WORD = 'Aaaa'.repeat(40);

evening('every page fits a screen of 320 px, where everyone can use it', async (house) => {
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
  await vasily.findsMatch('Aurora over Nothing', petr);
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
  await petrs.touchesControl('Player settings');
  await petr.sees('Your own offset');
  await fits(petr, 'settings');
});

/**
 * The page does not scroll sideways, everything that can be pressed is wholly on the screen, and
 * axe finds nothing.
 *
 * @param {import('./support/person.mjs').Person} person
 * @param {string} what
 */
async function fits(person, what) {
  await person.picture(what);
  const seen = await person.page.evaluate(() => {
    const pressable = [...document.querySelectorAll('button, input, select, textarea, a')];
    const outside = pressable.filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 1 && element.checkVisibility() && (left < 0 || right > innerWidth);
    });
    return {
      width: document.documentElement.scrollWidth,
      outside: outside.map((element) => element.ariaLabel ?? element.textContent),
    };
  });
  assert.deepEqual(seen, { width: WIDTH, outside: [] }, `${what} is wider than the screen`);
  assert.deepEqual(await violations(person.page), [], what);
}
