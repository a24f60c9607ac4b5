import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';

const FILM = 'Down Seahorse Valley';

evening('an invitation survives signing up', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { link, room } = await vasily.openRoom(FILM);

  const anna = await house.person('Anna');
  await anna.open(link);
  await anna.sees('You are invited to a room.');
  await anna.signUpHere();
  const annas = await anna.enteredRoom();
  assert.equal(annas.id, room.id);
  await annas.hasMembers(2);
  await anna.picture('in-the-room');
});

evening('a room that greets with its link does not make a second one', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  /** @type {string[]} */
  const made = [];
  vasily.page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/invite')) made.push(request.url());
  });
  await vasily.openRoom(FILM);
  assert.deepEqual(made, []);
});

evening(
  'a room invites by its own dialog, and a new link leads to the same room',
  async (house) => {
    const vasily = await house.person('Vasily', {
      permissions: ['clipboard-write', 'clipboard-read'],
    });
    await vasily.signUp();
    const { link, room } = await vasily.openRoom(FILM);
    await vasily.page.getByRole('button', { name: 'Invite friends' }).click();
    const field = vasily.page.getByTestId('invite-link');
    assert.equal(await field.inputValue(), link);
    await vasily.page.getByRole('button', { name: 'Make a new link' }).click();
    await vasily.page.waitForFunction(
      (old) =>
        document.querySelector('input[data-testid=invite-link]:not([value=""])') !== null &&
        /** @type {HTMLInputElement} */ (document.querySelector('[data-testid=invite-link]'))
          .value !== old,
      link,
    );
    await vasily.page.getByRole('button', { name: 'Copy link' }).click();
    await vasily.page.getByRole('button', { name: 'Link copied' }).waitFor();
    const copied = await vasily.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await field.inputValue());
    await vasily.picture('dialog');

    const petr = await house.person('Petr');
    await petr.signUp();
    assert.equal((await petr.follow(copied)).id, room.id);
  },
);
