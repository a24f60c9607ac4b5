import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { RoomPage } from './support/room-page.mjs';

const FILM = 'Aurora over Nothing';
/** Tabs that one member may have in a room. */
const SESSIONS_MAX = 16;

evening('a full room says so, and lets in once there is a place', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await vasily.signUp();
  await petr.signUp();
  const { link } = await vasily.openRoom(FILM);
  petr.expectTrouble(/status of 409/);
  // A room is full with two thousand people; their one answer is given for them.
  await petr.page.route(/\/join$/, async (route) => {
    if (route.request().isNavigationRequest()) await route.continue();
    else await route.fulfill({ status: 409, json: refusal('room_full', 'The room is full!') });
  });
  await petr.open(link);
  await petr.sees('This room is full.');
  await petr.picture('full');
  await petr.page.unroute(/\/join$/);
  await petr.page.getByRole('button', { name: 'Try again' }).click();
  await petr.enteredRoom();
});

evening('who is removed is told so, and no link leads back', async (house) => {
  const { vasily, petr, vasilys, link } = await twoInARoom(house, FILM);
  await vasily.page.getByRole('button', { name: 'Remove Petr' }).click();
  const sure = vasily.page.getByRole('dialog');
  await vasily.picture('sure');
  await sure.getByRole('button', { name: 'Remove Petr' }).click();
  await petr.sees('You were removed from this room.');
  await petr.picture('removed');
  await vasilys.hasMembers(1);
  await vasily.sees('Petr was removed');

  petr.expectTrouble(/status of 403/);
  await petr.open(link);
  await petr.sees('You were removed from this room.');
  assert.equal(await petr.page.getByRole('button', { name: 'Join again' }).count(), 0);
});

evening('who leaves in one tab is told so in the other', async (house) => {
  const { petr, vasilys } = await twoInARoom(house, FILM);
  petr.expectTrouble(/status of (403|409)/);
  const first = petr.page;
  petr.page = await petr.context.newPage();
  await petr.open(`/room/${vasilys.id}`);
  await new RoomPage(petr).isLive();
  await petr.page.getByRole('button', { name: 'Leave' }).click();
  await first.getByText('You have left this room.').waitFor();
  await vasilys.hasMembers(1);
  await first.getByRole('button', { name: 'Join again' }).click();
  await vasilys.hasMembers(2);
});

evening('too many tabs of one room say so', async (house) => {
  const { petr, vasilys } = await twoInARoom(house, FILM);
  petr.expectTrouble(/status of 409/);
  for (let tab = 1; tab < SESSIONS_MAX; tab += 1)
    await petr.ask(`/room/${vasilys.id}/ticket`, 'POST', {});
  const first = petr.page;
  petr.page = await petr.context.newPage();
  await petr.open(`/room/${vasilys.id}`);
  await petr.sees('This room is open in too many tabs.');
  await petr.picture('too-many-tabs');
  assert.ok(await first.getByTestId('player').isVisible());
});

/**
 * @param {string} code
 * @param {string} text
 */
function refusal(code, text) {
  return { success: false, errors: [text], code };
}
