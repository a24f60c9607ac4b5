import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { inStep } from './support/room-page.mjs';
import { SlowLine } from './support/slow-line.mjs';
import { until } from './support/until.mjs';

const STREAMED = 'Two Stones in a Pond';
/** Far beyond what a player loads ahead. */
const FAR_MS = 45_000;
/** A hold lasts 15 s at most; the rest is for slow machines. */
const HOLD_PATIENCE_MS = 40_000;

evening('the room waits for the one who buffers, and goes on with them', async (house) => {
  const { vasilys, petrs, petr, vasily } = await twoInARoom(house, STREAMED);
  const line = await SlowLine.of(petr, FAR_MS);
  await vasilys.play();
  await inStep(vasilys, petrs, 150);

  await vasilys.seekTo(FAR_MS);
  await vasily.page
    .getByTestId('hold-banner')
    .filter({ hasText: /Waiting for Petr, \d+ s/ })
    .waitFor();
  await vasilys.isPaused();
  await vasilys.picture('waiting');
  await petrs.isShownBuffering();
  await petrs.picture('buffering');

  await line.recover();
  await vasily.page.getByTestId('hold-banner').waitFor({ state: 'detached' });
  await inStep(vasilys, petrs, 150);
  const happened = await vasilys.happened();
  assert.deepEqual(happened.slice(-4), ['play', 'seek', 'hold', 'release']);
});

evening('the room goes on without the one who never comes back', async (house) => {
  const { vasilys, petr, vasily } = await twoInARoom(house, STREAMED);
  await SlowLine.of(petr, FAR_MS);
  await vasilys.play();
  await vasilys.advances(1_000);
  await vasilys.seekTo(FAR_MS);
  const banner = vasily.page.getByTestId('hold-banner');
  await banner.filter({ hasText: 'Waiting for Petr' }).waitFor();
  await vasilys.isPaused();
  await banner.waitFor({ state: 'detached', timeout: HOLD_PATIENCE_MS });
  await vasilys.advances(2_000);
  const happened = await vasilys.happened();
  assert.deepEqual(happened.slice(-3), ['play', 'seek', 'hold']);
});

evening('a hidden tab asks for nothing', async (house) => {
  const { vasilys, petrs, petr } = await twoInARoom(house, STREAMED);
  const line = await SlowLine.of(petr, FAR_MS);
  await vasilys.play();
  await inStep(vasilys, petrs, 150);

  await petr.hideTab();
  await vasilys.seekTo(FAR_MS);
  await until('Petr buffers', () => line.isAsked());
  // Long enough for a visible tab to have asked the room to wait several times over.
  await vasilys.advances(5_000);
  assert.deepEqual((await vasilys.happened()).slice(-2), ['play', 'seek']);

  await line.recover();
  await petrs.advances(500);
  await petr.showTab();
  await inStep(vasilys, petrs, 150);
  assert.deepEqual((await vasilys.happened()).slice(-2), ['play', 'seek']);
});
