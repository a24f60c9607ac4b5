import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';

const FILM = 'Aurora over Nothing';

evening('a sign-up says at each field what is wrong with it', async (house) => {
  const vasily = await house.person('Vasily');
  const { page } = vasily;
  await vasily.open('/');
  await page.getByRole('button', { name: 'New here? Create an account' }).click();
  const signUp = page.getByRole('button', { name: 'Sign up', exact: true });
  await signUp.click();
  await vasily.isToldAt('Your name', /tell your name/);
  await vasily.isToldAt('E-mail', /give an e-mail address/);
  await vasily.isToldAt('Password', /give your password/);
  await vasily.picture('faults');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('name'));
  assert.equal(await focused(), 'name');

  await page.getByLabel('Your name').fill('Vasily');
  await page.getByLabel('E-mail').fill(vasily.email);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await signUp.click();
  await vasily.isToldAt('Password', /at least 8 characters/i);
  assert.equal(await focused(), 'password');
  assert.equal(await page.locator('[aria-invalid]').count(), 1);

  const password = page.getByLabel('Password', { exact: true });
  await page.getByLabel('Show the password').check();
  assert.equal(await password.getAttribute('type'), 'text');
  assert.equal(await password.inputValue(), 'short', 'showing it changes nothing');
  assert.equal(await password.getAttribute('autocomplete'), 'new-password');
  await page.getByLabel('Show the password').uncheck();
  await password.fill('long enough now');
  await password.press('Enter');
  await vasily.isSignedIn();
});

evening('who has a link sees the film as soon as they have signed in', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await vasily.signUp();
  await petr.signUp();
  await petr.signOut();
  const { link, room } = await vasily.openRoom(FILM);

  await petr.open(link);
  await petr.sees('You are invited to a room.');
  // No step at all between signing in and the film.
  await petr.signInHere();
  const petrs = await petr.enteredRoom();
  assert.equal(petrs.id, room.id);
  await petr.page.locator('video').waitFor();
  await room.play();
  await petrs.advances(500);
});
