import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { inStep, onOneFrame } from './support/room-page.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';

evening('the whole evening: from two strangers to the archive', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');

  // Both come, befriend each other and want the same film.
  await vasily.open('/');
  await vasily.picture('sign-in');
  await vasily.signUp();
  await petr.signUp();
  await vasily.askToBeFriends(petr);
  await petr.acceptFriend(vasily);
  await petr.picture('people');
  await vasily.want(FILM);
  await petr.want(FILM);

  // Vasily sees who wants it too, opens a room and has a link to send.
  const match = await vasily.findsMatch(FILM, petr);
  await vasily.picture('match');
  await match.getByRole('button', { name: 'Invite friends' }).click();
  const link = await vasily.invitation();
  await vasily.page.getByRole('img', { name: 'QR code of the invitation link' }).waitFor();
  await vasily.picture('link');
  const vasilys = await vasily.goToRoom();
  await vasilys.hasMembers(1);

  // Petr is signed out, follows the link, signs in and lands in the room.
  await petr.signOut();
  await petr.open(link);
  await petr.sees('You are invited to a room.');
  await petr.picture('invited');
  await petr.signInHere();
  const petrs = await petr.enteredRoom();
  assert.equal(petrs.id, vasilys.id);
  await vasilys.hasMembers(2);
  await petrs.hasMembers(2);

  await vasilys.say('Can you hear me, Petr?');
  await petrs.hears('Can you hear me, Petr?');
  await petrs.say('Loud and clear <b>here</b>');
  await vasilys.hears('Loud and clear <b>here</b>');

  // Everyone watches the same moment, and everyone has the player.
  await vasilys.play();
  await Promise.all([vasilys.advances(1_000), petrs.advances(1_000)]);
  await inStep(vasilys, petrs, 150);
  await vasilys.picture('playing');
  await petrs.pause();
  await onOneFrame(vasilys, petrs, 50);
  await petrs.picture('paused');
  await petrs.seekTo(40_000);
  await until('the jump is seen by Vasily', async () => {
    return Math.abs((await vasilys.moment()).positionMs - 40_000) < 50;
  });
  await onOneFrame(vasilys, petrs, 50);
  await petrs.play();
  await inStep(vasilys, petrs, 150);

  // Petr closes the tab and comes back; then he refreshes. He is one member all the time.
  await petr.newTab();
  petr.expectTrouble(/status of 409/);
  await petr.open(`/room/${vasilys.id}`);
  const back = await petr.enteredRoom();
  await back.hears('Can you hear me, Petr?');
  await back.hasMembers(2);
  await vasilys.hasMembers(2);
  await inStep(vasilys, back, 150);
  const session = await sessionOf(petr, vasilys.id);
  await petr.page.reload();
  await back.isLive();
  await back.hasMembers(2);
  assert.equal(await sessionOf(petr, vasilys.id), session, 'a refresh keeps the session');
  await inStep(vasilys, back, 150);
  assert.equal((await vasilys.happened()).filter((kind) => kind === 'member_left').length, 0);
  await back.picture('back');

  // Vasily closes the room; both read on what was said.
  await vasily.page.getByRole('button', { name: 'Close room' }).click();
  await vasily.picture('close');
  await vasily.page.getByRole('button', { name: 'Close for everyone' }).click();
  for (const person of [vasily, petr]) {
    await person.sees('This room is closed.');
    await readsOn(person);
    await person.picture('closed');
  }

  // The archive has it all.
  await house.server.runEtl();
  for (const person of [vasily, petr]) {
    await person.page.reload();
    await person.page.locator('[data-testid=evening][data-status=archived]').waitFor();
    await readsOn(person);
    await person.picture('archived');
    const rooms = await person.ask('/rooms');
    assert.deepEqual(
      rooms.items.map((/** @type {any} */ room) => [room.id, room.status]),
      [[vasilys.id, 'archived']],
    );
  }
  await vasily.open('/evenings');
  await vasily.page.locator('[data-testid=room-item][data-status=archived]').waitFor();
  await vasily.picture('evenings');
});

/** @param {import('./support/person.mjs').Person} person */
async function readsOn(person) {
  for (const text of ['Can you hear me, Petr?', 'Loud and clear <b>here</b>']) {
    await person.page.getByTestId('chat-line').filter({ hasText: text }).waitFor();
  }
}

/**
 * @param {import('./support/person.mjs').Person} person
 * @param {string} room
 */
async function sessionOf(person, room) {
  const key = `movie-together.session.${room}`;
  const session = await person.page.evaluate((key) => sessionStorage.getItem(key), key);
  assert.ok(session, `${person.name} has a session`);
  return session;
}
