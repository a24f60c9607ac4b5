import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { Line } from './support/line.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { inStep, onOneFrame } from './support/room-page.mjs';
import { leadThrough } from './sync/in-page.mjs';

/** Far apart, as on two continents: one way, and give or take a fifth. */
const DELAYS_MS = { Vasily: 5, Petr: 150 };

evening('people far apart are in step all the same', async (house) => {
  /** @type {Line[]} */
  const lines = [];
  const { vasilys, petrs } = await twoInARoom(house, 'Two Stones in a Pond', async (person) => {
    const delayMs = DELAYS_MS[/** @type {keyof typeof DELAYS_MS} */ (person.name)];
    const line = await Line.to(house.server.address, { delayMs, jitterMs: delayMs / 5 });
    lines.push(line);
    await person.context.addInitScript(leadThrough, { address: line.address, delayMs });
  });

  await vasilys.play();
  await inStep(vasilys, petrs, 100);
  await petrs.seekTo(30_000);
  await inStep(vasilys, petrs, 100);
  assert.ok((await vasilys.moment()).positionMs > 30_000);
  await petrs.pause();
  await onOneFrame(vasilys, petrs, 2);
  await vasilys.play();
  await inStep(vasilys, petrs, 100);
  assert.deepEqual((await vasilys.happened()).slice(-4), ['play', 'seek', 'pause', 'play']);
  for (const line of lines) await line.end();
});
