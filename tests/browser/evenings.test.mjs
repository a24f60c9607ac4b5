import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';
const OTHER_FILM = 'Down Seahorse Valley';
/** One more than a page of the list holds. */
const EVENINGS = 21;

evening('evenings are listed newest first, page by page, and searched by film', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  await vasily.open('/evenings');
  await vasily.sees('No evenings yet.');
  await vasily.picture('none');

  const rooms = [];
  for (let made = 1; made < EVENINGS; made += 1) rooms.unshift(await vasily.pastEvening(FILM));
  rooms.unshift(await vasily.pastEvening(OTHER_FILM));
  await vasily.page.reload();
  const items = vasily.page.getByTestId('room-item');
  await until('a page is shown', async () => (await items.count()) === EVENINGS - 1);
  await vasily.page.getByRole('button', { name: 'Show earlier evenings' }).click();
  await until('all are shown', async () => (await items.count()) === EVENINGS);
  const links = await items.getByRole('link').evaluateAll((all) => {
    return all.map((link) => link.getAttribute('href'));
  });
  assert.deepEqual(
    links,
    rooms.map((id) => `/evening/${id}`),
  );

  const search = vasily.page.getByRole('searchbox', { name: 'Search evenings by film' });
  await search.fill('seahorse');
  await until('one is found', async () => (await items.count()) === 1);
  assert.equal(new URL(vasily.page.url()).search, '?query=seahorse');
  await vasily.picture('found');
  await search.fill('no such film');
  await vasily.sees('No evening with a film like “no such film”.');
  await vasily.page.getByRole('button', { name: 'Show all evenings' }).click();
  await until('a page is shown again', async () => (await items.count()) === EVENINGS - 1);
});

evening('an evening that still goes on leads into its room', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  await vasily.open('/evenings');
  const item = vasily.page.locator('[data-testid=room-item][data-status=open]');
  await item.getByText('Open now').waitFor();
  await item.getByRole('link', { name: FILM }).click();
  assert.equal((await vasily.enteredRoom()).id, room.id);

  await vasily.open(`/evening/${room.id}`);
  await vasily.sees('This room is still open.');
  await vasily.page.getByRole('link', { name: 'Enter the room' }).click();
  assert.equal((await vasily.enteredRoom()).id, room.id);
});
