import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';
/** Enough that a history has more than one page. */
const LINES = 60;

evening('a past evening is read from its end to its start, and searched', async (house) => {
  const { vasily, petr, vasilys, petrs } = await twoInARoom(house, FILM);
  await petrs.say('The first word');
  await vasilys.hears('The first word');
  await talk(vasilys, petrs);
  const id = vasilys.id;
  await vasily.ask(`/room/${id}/close`, 'POST');
  await petr.sees('This room is closed.');

  // A room that is over leads to its evening, archived or not.
  await petr.open(`/room/${id}`);
  await petr.page.locator('[data-testid=evening][data-status=closed]').waitFor();
  assert.equal(new URL(petr.page.url()).pathname, `/evening/${id}`);
  await petr.sees('on its way to the archive');
  await house.server.runEtl();
  await petr.page.reload();
  await petr.page.locator('[data-testid=evening][data-status=archived]').waitFor();
  await petr.sees('In the room: Vasily and Petr');

  const lines = petr.page.getByTestId('chat-line');
  await lines.filter({ hasText: `Line ${LINES} of many` }).waitFor();
  assert.equal(await lines.filter({ hasText: 'The first word' }).count(), 0);
  await petr.page.getByRole('button', { name: 'Show what came before' }).click();
  await lines.filter({ hasText: 'The first word' }).waitFor();
  await petr.sees('Vasily opened the room');
  assert.equal(await lines.count(), LINES + 1);
  assert.equal(await petr.page.getByRole('button', { name: 'Show what came before' }).count(), 0);
  await petr.picture('read');

  const search = petr.page.getByRole('searchbox', { name: 'Search what was said' });
  await search.fill('FIRST');
  await until('one line is found', async () => (await lines.count()) === 1);
  await lines.getByText('The first word').waitFor();
  assert.equal(await petr.page.getByTestId('news-line').count(), 0);
  await petr.picture('found');
  await search.fill('never said');
  await petr.sees('Nobody said “never said”.');
  await petr.page.getByRole('button', { name: 'Show everything' }).click();
  await until('all is shown', async () => (await lines.count()) > 1);
});

evening('an evening is saved as a file', async (house) => {
  const { vasily, vasilys, petrs } = await twoInARoom(house, FILM);
  await talk(vasilys, petrs);
  await petrs.say('The last word');
  await vasilys.hears('The last word');
  const id = vasilys.id;
  await vasily.ask(`/room/${id}/close`, 'POST');
  await vasily.sees('This room is closed.');
  await vasily.open(`/evening/${id}`);

  const begun = vasily.page.waitForEvent('download');
  await vasily.page.getByRole('button', { name: 'Save as a file' }).click();
  const download = await begun;
  assert.match(download.suggestedFilename(), /^evening-\d{4}-\d\d-\d\d-aurora-over-nothing\.json$/);
  const file = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.deepEqual([file.format, file.version, file.room.id], ['movie-together.evening', 1, id]);
  const seqs = file.events.map((/** @type {any} */ event) => event.seq);
  assert.deepEqual(
    seqs,
    seqs.map((/** @type {number} */ _, /** @type {number} */ at) => at + 1),
  );
  const chats = file.events.filter((/** @type {any} */ one) => one.event === 'chat');
  assert.equal(chats.length, LINES + 1);
  const last = chats.at(-1);
  const author = file.people.find((/** @type {any} */ one) => one.id === last.user);
  assert.deepEqual([last.body.text, author.name], ['The last word', 'Petr']);
  assert.equal(file.events.at(-1).event, 'room_closed');
});

evening('own words are deleted from a past evening, for everyone', async (house) => {
  const { vasily, petr, vasilys, petrs } = await twoInARoom(house, FILM);
  await petrs.say('I should not have said this');
  await vasilys.hears('I should not have said this');
  await vasilys.say('Never mind');
  await petrs.hears('Never mind');
  const id = vasilys.id;
  await vasily.ask(`/room/${id}/close`, 'POST');
  await petr.sees('This room is closed.');
  await house.server.runEtl();

  await petr.open(`/evening/${id}`);
  const { page } = petr;
  await page.locator('[data-testid=evening][data-status=archived]').waitFor();
  const lines = page.getByTestId('chat-line');
  await lines.first().waitFor();
  const others = page.getByRole('button', { name: 'Delete: Never mind' });
  assert.equal(await others.count(), 0, 'the words of others are theirs');
  await page.getByRole('button', { name: 'Delete: I should not have said this' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete this message?' });
  await petr.picture('sure');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await lines.getByText('I should not have said this').waitFor();
  await page.getByRole('button', { name: 'Delete: I should not have said this' }).click();
  await dialog.getByRole('button', { name: 'Delete for everyone' }).click();
  await lines.getByText('This message was deleted.').waitFor();
  assert.equal(await page.getByText('I should not have said this').count(), 0);

  await vasily.open(`/evening/${id}?query=should`);
  await vasily.sees('Nobody said “should”.');
  await vasily.page.getByRole('button', { name: 'Show everything' }).click();
  await vasily.sees('This message was deleted.');
  await vasily.picture('deleted');
});

evening('an evening of others, or none at all, says so', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await vasily.signUp();
  await petr.signUp();
  const id = await vasily.pastEvening(FILM);
  petr.expectTrouble(/status of 403/);
  await petr.open(`/evening/${id}`);
  await petr.sees('Only those who were in this room can read its messages.');
  assert.equal(await petr.page.getByRole('button', { name: 'Save as a file' }).count(), 0);
  petr.expectTrouble(/status of 404/);
  await petr.open(`/evening/${randomUUID()}`);
  await petr.page.getByRole('heading', { name: 'There is no such evening.' }).waitFor();
  petr.expectTrouble(/status of 4(00|22)/);
  await petr.open('/evening/no-such-id');
  await petr.page.getByRole('heading', { name: 'There is no such evening.' }).waitFor();
});

/**
 * Says many lines in turn: one alone would be told to slow down.
 *
 * @param {import('./support/room-page.mjs').RoomPage} one
 * @param {import('./support/room-page.mjs').RoomPage} other
 */
async function talk(one, other) {
  for (let line = 1; line <= LINES; line += 1) {
    const room = line % 2 === 0 ? one : other;
    await room.say(`Line ${line} of many`);
    await room.hears(`Line ${line} of many`);
  }
  for (const room of [one, other]) await room.hears(`Line ${LINES} of many`);
}
