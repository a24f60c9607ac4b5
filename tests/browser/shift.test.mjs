import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoFriends } from './support/pairs.mjs';
import { shiftsOf, watchShifts } from './support/shift.mjs';

/** Sum of a page's layout shifts; browsers call anything under 0.1 good. */
const SHIFT_MAX = 0.01;
const FILM = 'Aurora over Nothing';

evening('nothing jumps while a page loads', async (house) => {
  const { vasily, petr } = await twoFriends(house);
  for (const person of [vasily, petr]) await person.want(FILM);
  await vasily.findsMatch(FILM, petr);
  await watchShifts(vasily);
  const film = vasily.page.getByRole('heading', { level: 1, name: FILM });

  await vasily.open('/');
  await vasily.page.getByTestId('matches').getByRole('article', { name: FILM }).waitFor();
  await vasily.page.getByTestId('catalogue').getByRole('article', { name: FILM }).waitFor();
  await standsStill(vasily, 'home');
  await vasily.openFilm(FILM);
  await vasily.page.reload();
  await film.waitFor();
  await standsStill(vasily, 'film');
  await vasily.inviteFriends();
  const room = await vasily.goToRoom();
  await vasily.page.reload();
  await room.isLive();
  await standsStill(vasily, 'room');
  await vasily.open('/people');
  await vasily.page.getByTestId('friends').getByText('Petr', { exact: true }).waitFor();
  await standsStill(vasily, 'people');
});

/**
 * @param {import('./support/person.mjs').Person} person
 * @param {string} what
 */
async function standsStill(person, what) {
  await person.page.waitForLoadState('networkidle');
  const shifts = await shiftsOf(person);
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  assert.ok(sum <= SHIFT_MAX, `${what} jumps by ${sum}: ${JSON.stringify(shifts)}`);
}
