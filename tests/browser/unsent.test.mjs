import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';

const FILM = 'Aurora over Nothing';

evening('a refused line says so, stays over a reload, and is sent again', async (house) => {
  const { vasily, petr, vasilys } = await twoInARoom(house, FILM);
  await refuseNextChat(petr);
  await petr.open(`/room/${vasilys.id}`);
  const petrs = await petr.enteredRoom();
  await petrs.say('Slow down');
  const refused = petr.page.getByTestId('chat-refused');
  await refused.getByText('Not sent: That was too fast; wait a moment.').waitFor();
  await petrs.say('The next one goes');
  await vasilys.hears('The next one goes');
  await petr.picture('refused');
  assert.equal(await vasilys.lines('Slow down').count(), 0);

  await petr.page.reload();
  await petrs.isLive();
  await refused.getByText('Slow down', { exact: true }).waitFor();
  await refused.getByRole('button', { name: 'Send again' }).click();
  await vasilys.hears('Slow down');
  await refused.waitFor({ state: 'detached' });
  assert.equal(await vasily.page.getByTestId('chat-refused').count(), 0);
});

evening('a refused line can be given up', async (house) => {
  const { petr, vasilys } = await twoInARoom(house, FILM);
  await refuseNextChat(petr);
  await petr.open(`/room/${vasilys.id}`);
  const petrs = await petr.enteredRoom();
  await petrs.say('Never mind');
  await petr.page.getByRole('button', { name: 'Discard' }).click();
  await petr.page.getByTestId('chat-refused').waitFor({ state: 'detached' });
  await petr.page.reload();
  await petrs.isLive();
  assert.equal(await petr.page.getByText('Never mind').count(), 0);
});

evening('a reload loses neither a draft nor a line on its way', async (house) => {
  const { petr, vasilys, petrs } = await twoInARoom(house, FILM);
  petr.expectTrouble(/WebSocket|ERR_/);
  await petrs.composer.fill('A long thou');
  await petr.page.reload();
  await petrs.isLive();
  assert.equal(await petrs.composer.inputValue(), 'A long thou');

  // His line is cut before the room can hear him, and the page is reloaded at once.
  await petr.context.setOffline(true);
  await petrs.isLost();
  await petrs.say('Said into the void');
  await petr.page.getByTestId('chat-sending').filter({ hasText: 'Said into the void' }).waitFor();
  await petrs.picture('on-its-way');
  await petr.context.setOffline(false);
  await petr.page.reload();
  await petrs.isLive();
  for (const room of [vasilys, petrs]) {
    await room.hears('Said into the void');
    assert.equal(await room.lines('Said into the void').count(), 1);
  }
  assert.equal(await petrs.composer.inputValue(), '');
});

/**
 * Refuses the next line this person says as a room does that hears too many; all else is its own.
 *
 * @param {import('./support/person.mjs').Person} person
 */
async function refuseNextChat(person) {
  let done = false;
  await person.page.routeWebSocket(/\/ws\?/, (line) => {
    const room = line.connectToServer();
    line.onMessage((message) => {
      const frame = JSON.parse(String(message));
      if (done || frame.type !== 'chat') {
        room.send(message);
        return;
      }
      done = true;
      const { client_seq } = frame;
      line.send(JSON.stringify({ type: 'reject', client_seq, code: 'too_many', message: '' }));
    });
  });
}
