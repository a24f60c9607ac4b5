import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { inStep, onOneFrame } from './support/room-page.mjs';

evening('a streamed film plays in step as well', async (house) => {
  const { vasilys, petrs, petr } = await twoInARoom(house, 'Two Stones in a Pond');
  const source = await petr.page.locator('video').getAttribute('src');
  assert.match(source ?? '', /^blob:/, 'hls.js feeds the player');

  await petrs.play();
  await inStep(vasilys, petrs, 150);
  await vasilys.seekTo(40_000);
  await inStep(vasilys, petrs, 150);
  await petrs.picture('streamed');
  await vasilys.pause();
  await onOneFrame(vasilys, petrs, 50);
  assert.ok((await petrs.moment()).positionMs > 40_000);
});
