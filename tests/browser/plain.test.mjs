import assert from 'node:assert/strict';
import { violations } from './support/axe.mjs';
import { evening } from './support/evening.mjs';

evening('everyone can use the pages that the server makes by itself', async (house) => {
  const stranger = await house.person('Stranger');
  stranger.expectTrouble(/status of 404/);
  await stranger.open('/i/nosuchcode42');
  await stranger.sees(/leads nowhere/i);
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await stranger.page.emulateMedia({ colorScheme });
    await stranger.picture(colorScheme);
    assert.deepEqual(await violations(stranger.page), []);
  }
});
