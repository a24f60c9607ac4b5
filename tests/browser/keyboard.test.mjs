import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { Keyboard } from './support/keyboard.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';
const PASSWORD = 'a long enough password';
const STEP_MS = 10_000;

evening('both stories by the keyboard alone', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  const vasilys = new Keyboard(vasily);
  const petrs = new Keyboard(petr);
  for (const keys of [vasilys, petrs]) await signUp(keys);
  await befriend(vasilys, petrs);

  // Vasily marks a film that Petr wants, and invites him.
  await want(petrs);
  await want(vasilys);
  const match = await vasily.findsMatch(FILM, petr);
  await vasilys.use(match.getByRole('button', { name: 'Invite friends' }));
  const link = await vasily.invitation();
  await vasily.picture('invitation');
  await vasilys.use(vasily.page.getByRole('dialog').getByRole('button', { name: 'Close' }));
  const vasilysRoom = await vasily.enteredRoom();

  // Petr is signed out, opens the link, signs in, and is there.
  await petrs.use(petr.page.getByRole('button', { name: 'Sign out' }));
  await petr.open(link);
  await petrs.write(petr.page.getByLabel('E-mail'), petr.email);
  await petrs.write(petr.page.getByLabel('Password', { exact: true }), PASSWORD);
  await petrs.press('Enter');
  const petrsRoom = await petr.enteredRoom();
  await vasilysRoom.hasMembers(2);

  // Both talk.
  await petrs.write(petr.page.getByRole('textbox', { name: 'Write a message' }), 'Hello!');
  await petrs.press('Enter');
  await vasilysRoom.hears('Hello!');
  await vasilys.write(
    vasily.page.getByRole('textbox', { name: 'Write a message' }),
    'There you are',
  );
  await vasilys.press('Enter');
  await petrsRoom.hears('There you are');

  // Both have the player.
  await vasilys.use(vasily.page.getByRole('button', { name: 'Play', exact: true }));
  await petrsRoom.advances(500);
  await petrs.walkTo(petr.page.getByRole('button', { name: 'Pause', exact: true }));
  await petrs.press('k');
  await vasilysRoom.isPaused();
  const { positionMs } = await vasilysRoom.moment();
  await petrs.press('l');
  await until('the jump is seen by Vasily', async () => {
    return (await vasilysRoom.moment()).positionMs >= positionMs + STEP_MS / 2;
  });
  await petr.picture('player');

  // Petr leaves, the room stays; Vasily closes it.
  await petrs.use(petr.page.getByRole('button', { name: 'Leave', exact: true }));
  await vasilysRoom.hasMembers(1);
  await vasilys.use(vasily.page.getByRole('button', { name: 'Close room' }));
  await vasilys.use(vasily.page.getByRole('button', { name: 'Close for everyone' }));
  await vasily.sees('This room is closed.');
  await vasily.picture('closed');
});

evening('what happens in a room is told politely to who cannot see it', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  await room.say('Anybody here?');
  await room.hears('Anybody here?');
  const live = await vasily.page.getByTestId('chat-log').evaluate((log) => ({
    role: log.closest('[role=log]') !== null,
    politeness: log.closest('[aria-live]')?.getAttribute('aria-live') ?? 'polite',
  }));
  assert.deepEqual(live, { role: true, politeness: 'polite' });
});

/** @param {Keyboard} keys */
async function signUp(keys) {
  const { page, person } = keys;
  await person.open('/');
  await keys.use(page.getByRole('button', { name: 'New here? Create an account' }));
  await keys.write(page.getByLabel('Your name'), person.name);
  await keys.write(page.getByLabel('E-mail'), person.email);
  await keys.write(page.getByLabel('Password', { exact: true }), PASSWORD);
  await keys.press('Enter');
  await person.isSignedIn();
}

/**
 * @param {Keyboard} one
 * @param {Keyboard} other
 */
async function befriend(one, other) {
  await one.use(one.page.getByRole('link', { name: /^People/ }));
  const search = one.page.getByRole('searchbox', { name: 'Find people by name' });
  await one.write(search, other.person.name);
  const ask = `Ask to be friends: ${other.person.name}`;
  await one.use(one.page.getByRole('button', { name: ask }));
  await one.page.getByTestId('people-found').getByText('Asked').waitFor();
  await other.use(other.page.getByRole('link', { name: /^People/ }));
  await other.use(other.page.getByRole('button', { name: `Accept: ${one.person.name}` }));
  const friends = other.page.getByTestId('friends');
  await friends.getByText(one.person.name, { exact: true }).waitFor();
}

/** @param {Keyboard} keys */
async function want(keys) {
  await keys.use(keys.page.getByRole('link', { name: 'Films', exact: true }));
  const want = keys.page.getByTestId('catalogue').getByRole('button', {
    name: `Want to watch: ${FILM}`,
  });
  await keys.use(want, 'Space');
  await want.and(keys.page.locator('[aria-pressed=true]')).waitFor();
}
