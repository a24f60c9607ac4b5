import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoFriends } from './support/pairs.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';
const FILMS = 4;

evening('the catalogue is searched, and the address keeps the search', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const films = vasily.page.getByTestId('catalogue').getByRole('article');
  const search = vasily.page.getByRole('searchbox', { name: 'Search films' });
  await shows(films, FILMS);

  await search.fill('aurora ');
  await shows(films, 1);
  assert.equal(new URL(vasily.page.url()).search, '?query=aurora');
  assert.equal(await search.inputValue(), 'aurora ', 'what is being typed is left alone');
  await vasily.page.reload();
  await shows(films, 1);
  assert.equal(await search.inputValue(), 'aurora');

  await films.getByRole('link', { name: FILM }).click();
  await vasily.page.getByRole('heading', { level: 1, name: FILM }).waitFor();
  await vasily.page.goBack();
  await shows(films, 1);
  assert.equal(await search.inputValue(), 'aurora');

  await search.fill('no such film');
  await vasily.sees('No film matches “no such film”.');
  await vasily.picture('nothing');
  await vasily.page.getByRole('button', { name: 'Show all films' }).click();
  await shows(films, FILMS);
  assert.equal(await search.inputValue(), '');
  assert.equal(new URL(vasily.page.url()).search, '');
});

evening('“back” and a reload lead to where the page was read', async (house) => {
  const vasily = await house.person('Vasily', { viewport: { width: 640, height: 600 } });
  await vasily.signUp();
  const { page } = vasily;
  const card = page.getByTestId('catalogue').getByRole('article', { name: FILM });
  await card.scrollIntoViewIfNeeded();
  const top = await page.evaluate(() => scrollY);
  assert.ok(top > 0, 'the film is below the fold');
  await until('the place is kept', () => page.evaluate(() => history.state?.top === scrollY));
  await card.getByRole('link', { name: FILM }).click();
  await page.getByRole('heading', { level: 1, name: FILM }).waitFor();
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.goBack();
  const isThere = () => page.evaluate((top) => scrollY === top, top);
  await until('the place is found again', isThere);
  await page.reload();
  await until('the place outlives a reload', isThere);
});

evening('home learns what happened meanwhile when its tab is looked at again', async (house) => {
  const { vasily, petr } = await twoFriends(house);
  await vasily.want(FILM);
  await vasily.sees('What will you watch together?');
  await vasily.picture('no-matches');
  await vasily.hideTab();
  await petr.want(FILM);

  const match = vasily.page.getByTestId('matches').getByRole('article', { name: FILM });
  await until('the match is there', async () => {
    await vasily.hideTab();
    await vasily.showTab();
    return match.isVisible();
  });
  await match.getByText('Petr wants this too').waitFor();
});

evening('a room that is open is entered from home', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  await vasily.open('/');
  const open = vasily.page.getByTestId('open-room');
  await open.getByText('Vasily’s room').waitFor();
  await vasily.picture('open-room');
  await open.getByRole('link', { name: `Enter the room: ${FILM}` }).click();
  assert.equal((await vasily.enteredRoom()).id, room.id);
  assert.equal(await vasily.page.getByRole('dialog').count(), 0, 'only a new room invites');
});

evening('a part of home that fails says so, and the rest is there', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  vasily.expectTrouble(/ERR_CONNECTION_REFUSED/);
  const matches = /\/api\/v1\/matches/;
  await vasily.page.route(matches, (route) => route.abort('connectionrefused'));
  await vasily.page.reload();
  await vasily.isTold(/server cannot be reached/);
  await shows(vasily.page.getByTestId('catalogue').getByRole('article'), FILMS);
  await vasily.picture('without-matches');
  await vasily.page.unroute(matches);
  await vasily.page.getByRole('button', { name: 'Try again' }).click();
  await vasily.sees('What will you watch together?');
});

/**
 * @param {import('playwright-core').Locator} films
 * @param {number} count
 */
async function shows(films, count) {
  await until(`${count} films are shown`, async () => (await films.count()) === count);
}
