import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';

evening('in full screen the chat stands over the film, or folds away', async (house) => {
  const { vasily, vasilys, petrs } = await twoInARoom(house, FILM);
  const { page } = vasily;
  await page.keyboard.press('f');
  await until('the film has the whole screen', () =>
    page.evaluate(() => document.fullscreenElement?.querySelector('video') !== null),
  );
  await vasilys.say('Written in full screen');
  await petrs.hears('Written in full screen');
  await vasily.picture('chat-over-film');

  await page.getByRole('button', { name: 'Hide chat' }).click();
  assert.equal(await vasilys.composer.isVisible(), false);
  await petrs.say('Are you there?');
  await petrs.seekTo(20_000);
  const notices = page.getByTestId('notices');
  await notices.getByText('Petr: Are you there?').waitFor();
  await notices.getByText('Petr jumped to 0:20').waitFor();
  await page.getByRole('button', { name: 'Show chat, 1 new message' }).waitFor();
  await vasily.picture('film-alone');

  await page.getByRole('button', { name: /Show chat/ }).click();
  await page.getByTestId('unread-mark').waitFor();
  await page.getByRole('button', { name: 'Invite friends' }).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Leave full screen' }).click();
  await page.getByRole('button', { name: 'Invite friends' }).waitFor();
});

evening('where full screen is missing, the room fills the page', async (house) => {
  const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
  const vasily = await house.person('Vasily', phone);
  await vasily.page.addInitScript(() => {
    Object.defineProperty(Element.prototype, 'requestFullscreen', { value: undefined });
  });
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  await room.touchesControl('Full screen');
  const fills = () =>
    vasily.page.getByTestId('room').evaluate((element) => {
      const { top, left, width, height } = element.getBoundingClientRect();
      return top === 0 && left === 0 && width === innerWidth && height === innerHeight;
    });
  await until('the room fills the page', fills);
  await room.say('Still here');
  await room.hears('Still here');
  await vasily.picture('filled');
  await room.touchesControl('Leave full screen');
  assert.equal(await fills(), false);
});

evening('two taps on a half of the film jump, one shows the controls', async (house) => {
  const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
  const vasily = await house.person('Vasily', phone);
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  const video = vasily.page.locator('video');
  const size = await video.boundingBox();
  assert.ok(size);
  const right = { position: { x: size.width * 0.8, y: 30 } };
  const left = { position: { x: size.width * 0.2, y: 30 } };
  for (const _ of [1, 2, 3]) await video.tap(right);
  await vasily.page.getByTestId('tap-hint').filter({ hasText: '+20 s' }).waitFor();
  await vasily.picture('hint');
  await until('the film is 20 s further', async () => {
    return Math.abs((await room.moment()).positionMs - 20_000) < 500;
  });
  for (const _ of [1, 2]) await video.tap(left);
  await until('the film is 10 s back', async () => {
    return Math.abs((await room.moment()).positionMs - 10_000) < 500;
  });
  assert.equal((await room.moment()).paused, true, 'a tap alone does nothing to the film');
});
