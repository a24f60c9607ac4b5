import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';
const FILM_MS = 90_000;

evening('the player has the keys of every video site', async (house) => {
  const { petr, vasilys, petrs } = await twoInARoom(house, FILM);
  const keys = petr.page.keyboard;
  await keys.press('5');
  await at(vasilys, FILM_MS / 2);
  await keys.press('l');
  await at(vasilys, FILM_MS / 2 + 10_000);
  await keys.press('ArrowLeft');
  await at(vasilys, FILM_MS / 2 + 5_000);
  await keys.press('k');
  await vasilys.advances(300);
  await keys.press(' ');
  await vasilys.isPaused();
  await keys.press('>');
  await petr.sees('Petr set the speed to 1.25×');
  await keys.press('m');
  assert.equal((await petrs.moment()).muted, true);
  await keys.press('?');
  await petr.page.getByTestId('keys').getByText('Picture in picture').waitFor();
  await petr.picture('keys');
  await keys.press('k');
  await keys.press('Escape');
  await petr.page.getByTestId('keys').waitFor({ state: 'detached' });
  assert.equal((await vasilys.moment()).paused, true, 'a dialog keeps its keys');
});

evening('volume, mute and the own offset are remembered, the offset by film', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  const { page } = vasily;
  await page.getByRole('slider', { name: 'Volume' }).fill('0.4');
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Player settings' }).click();
  const offset = page.getByLabel(/Your own offset/);
  await offset.fill('120');
  await offset.press('Enter');
  await vasily.picture('settings');

  await page.reload();
  await room.isLive();
  const player = await page.locator('video').evaluate((node) => {
    const video = /** @type {HTMLVideoElement} */ (node);
    return { volume: video.volume, muted: video.muted };
  });
  assert.deepEqual(player, { volume: 0.4, muted: true });
  await page.getByRole('button', { name: 'Player settings' }).click();
  assert.equal(await offset.inputValue(), '120');

  await room.putOn('Down Seahorse Valley');
  await until('another film starts without it', async () => (await offset.inputValue()) === '0');
});

evening('an own offset moves one player and touches nobody else', async (house) => {
  const { vasily, vasilys, petrs } = await twoInARoom(house, FILM);
  await vasilys.seekTo(20_000);
  await at(petrs, 20_000);
  await vasily.page.getByRole('button', { name: 'Player settings' }).click();
  const offset = vasily.page.getByLabel(/Your own offset/);
  await offset.fill('5000');
  await offset.press('Enter');
  await at(vasilys, 25_000);
  await petrs.seekTo(40_000);
  await at(vasilys, 45_000);
  await at(petrs, 40_000);
});

evening('the system is shown the film and may control it', async (house) => {
  const { vasily, vasilys, petrs } = await twoInARoom(house, FILM, keepSystemControls);
  await vasilys.play();
  await vasilys.advances(500);
  const shown = await vasily.page.evaluate(() => {
    const { metadata, playbackState } = navigator.mediaSession;
    return { title: metadata?.title, artwork: metadata?.artwork[0]?.src, playbackState };
  });
  assert.equal(shown.title, FILM);
  assert.equal(shown.playbackState, 'playing');
  const artwork = await fetch(shown.artwork ?? '');
  assert.match(artwork.headers.get('content-type') ?? '', /^image\//);

  await pressOfSystem(vasily, { action: 'pause' });
  await petrs.isPaused();
  await pressOfSystem(vasily, { action: 'seekto', seekTime: 30 });
  await at(petrs, 30_000);
  await pressOfSystem(vasily, { action: 'seekforward' });
  await at(petrs, 40_000);
  await pressOfSystem(vasily, { action: 'seekbackward', seekOffset: 20 });
  await at(petrs, 20_000);
  await pressOfSystem(vasily, { action: 'play' });
  await petrs.advances(300);
});

evening('who may not control a room has no controls of the system either', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await keepSystemControls(petr);
  await vasily.signUp();
  await petr.signUp();
  const { link } = await vasily.openRoom(FILM, 'Only you');
  await petr.follow(link);
  assert.deepEqual(await petr.page.evaluate(() => Object.keys(Object(window).systemControls)), []);
});

/**
 * The keys of a system are out of a test's reach: what the page offers to them is kept.
 *
 * @param {import('./support/person.mjs').Person} person
 */
async function keepSystemControls(person) {
  await person.page.addInitScript(() => {
    /** @type {Record<string, unknown>} */
    const kept = {};
    Object.assign(window, { systemControls: kept });
    const session = Object.getPrototypeOf(navigator.mediaSession);
    session.setActionHandler = (/** @type {string} */ action, /** @type {unknown} */ handler) => {
      if (handler) kept[action] = handler;
      else delete kept[action];
    };
  });
}

/**
 * @param {import('./support/person.mjs').Person} person
 * @param {MediaSessionActionDetails} details
 */
async function pressOfSystem(person, details) {
  await person.page.evaluate((pressed) => {
    Object(window).systemControls[pressed.action](pressed);
  }, details);
}

/**
 * @param {import('./support/room-page.mjs').RoomPage} room
 * @param {number} positionMs
 */
async function at(room, positionMs) {
  await until(`${room.name} is at ${positionMs} ms`, async () => {
    return Math.abs((await room.moment()).positionMs - positionMs) < 1_000;
  });
}
