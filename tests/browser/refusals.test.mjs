import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { evening } from './support/evening.mjs';

evening('signing in and up says what is wrong', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  await vasily.signOut();

  vasily.expectTrouble(/status of 401/);
  await vasily.signInHere('not the password');
  await vasily.isTold(/no account has this e-mail address and password/i);
  await vasily.picture('wrong-password');

  vasily.expectTrouble(/status of 409/);
  await vasily.open('/');
  await vasily.signUpHere();
  await vasily.isToldAt('E-mail', /another account has this e-mail address/i);
  await vasily.picture('taken');

  await vasily.open('/');
  await vasily.signInHere();
  await vasily.isSignedIn();
});

evening('links and rooms that lead nowhere say so', async (house) => {
  const vasily = await house.person('Vasily');
  vasily.expectTrouble(/status of 404/);
  const unknown = await vasily.page.goto('/i/nosuchcode42');
  assert.equal(unknown?.status(), 404);
  await vasily.sees('There is no such room.');
  await vasily.picture('unknown-link');

  await vasily.signUp();
  await vasily.open(`/room/${randomUUID()}`);
  await vasily.sees('There is no such room.');
  await vasily.picture('unknown-room');
  await vasily.open(`/film/${randomUUID()}`);
  await vasily.sees('There is no such film.');
  await vasily.open('/no/such/page');
  await vasily.picture('unknown-page');

  const { link, room } = await vasily.openRoom('Aurora over Nothing');
  const roomId = room.id;
  await vasily.page.getByRole('button', { name: 'Close room' }).click();
  await vasily.page.getByRole('button', { name: 'Close for everyone' }).click();
  await vasily.sees('This room is closed.');

  vasily.expectTrouble(/status of 410/);
  await vasily.open(link);
  await vasily.page.getByRole('link', { name: 'All evenings' }).click();
  const kept = vasily.page.getByTestId('room-item').filter({ hasText: 'Aurora over Nothing' });
  await kept.waitFor();

  const petr = await house.person('Petr');
  petr.expectTrouble(/status of 410/);
  const closed = await petr.page.goto(link);
  assert.equal(closed?.status(), 410);
  await petr.sees('This room is closed.');
  await petr.sees('Whoever was in it still finds it among their evenings');
  await petr.picture('closed-link');
  await petr.page.getByRole('link', { name: 'Back to films' }).click();
  await petr.page.getByRole('heading', { name: 'Sign in' }).waitFor();

  petr.expectTrouble(/status of 403/);
  await petr.signUp();
  await petr.open(`/room/${roomId}`);
  await petr.sees('Only those who were in this room can read its messages.');
  assert.equal(new URL(petr.page.url()).pathname, `/evening/${roomId}`);
  await petr.picture('not-his-room');
});

evening('one open room a person: the old one is offered', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom('Aurora over Nothing');
  const first = room.id;
  await vasily.openFilm('Down Seahorse Valley');
  vasily.expectTrouble(/status of 409/);
  await vasily.page.getByRole('button', { name: 'Invite friends' }).click();
  await vasily.sees('You already have an open room, for “Aurora over Nothing”.');
  await vasily.picture('already-open');
  await vasily.page.getByRole('button', { name: 'Close it and open this film' }).click();
  await vasily.invitation();
  const second = await vasily.goToRoom();
  assert.notEqual(second.id, first);
});
