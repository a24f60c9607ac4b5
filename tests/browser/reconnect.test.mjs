import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { inStep } from './support/room-page.mjs';

const SAID_WHILE_AWAY = 'Did you see that?';

evening('a server that dies comes back and the evening goes on', async (house) => {
  const { vasily, petr, vasilys, petrs } = await twoInARoom(house, 'Aurora over Nothing');
  for (const person of [vasily, petr]) person.expectTrouble(/ERR_CONNECTION_REFUSED/);
  for (const person of [vasily, petr]) person.expectTrouble(/\bws:\/\//);
  await vasilys.say('Before');
  await vasilys.play();
  await inStep(vasilys, petrs, 150);

  await house.server.kill();
  for (const room of [vasilys, petrs]) await room.isLost();
  await petrs.say(SAID_WHILE_AWAY);
  await petr.page.getByTestId('chat-sending').filter({ hasText: SAID_WHILE_AWAY }).waitFor();
  await petrs.picture('away');
  assert.equal(await petrs.scrolls(), false, 'the notice does not push the page about');

  await house.server.start();
  for (const room of [vasilys, petrs]) await room.isConnected();
  for (const room of [vasilys, petrs]) await room.hears(SAID_WHILE_AWAY);
  await petr.page.getByTestId('chat-sending').waitFor({ state: 'detached' });
  await petrs.say('After');
  await vasilys.hears('After');

  // A line that came twice would be there by now: the one said after it is.
  for (const room of [vasilys, petrs]) {
    for (const text of ['Before', SAID_WHILE_AWAY, 'After']) {
      assert.equal(await room.lines(text).count(), 1, `${room.name} reads “${text}” once`);
    }
    await room.hasMembers(2);
  }
  await inStep(vasilys, petrs, 150);
  await vasilys.picture('back');
  const chats = (await vasilys.happened()).filter((kind) => kind === 'chat');
  assert.equal(chats.length, 3);
});
