import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { inStep } from './support/room-page.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';
const OTHER_FILM = 'Down Seahorse Valley';
/** Two players of one machine are never further apart than this, ms. */
const IN_STEP_MS = 150;

evening('the film goes into a window of its own and stays in step there', async (house) => {
  const { vasily, vasilys, petrs } = await twoInARoom(house, FILM);
  const { page } = vasily;
  await vasilys.play();
  await petrs.advances(300);
  await page.getByRole('button', { name: 'Picture in picture', exact: true }).click();
  await isInPicture(page, true);
  await page.getByRole('button', { name: 'Leave picture in picture' }).waitFor();
  await inStep(vasilys, petrs, IN_STEP_MS);
  await petrs.pause();
  await vasilys.isPaused();
  await petrs.play();
  await vasilys.advances(300);

  await page.keyboard.press('p');
  await isInPicture(page, false);
  await page.getByRole('button', { name: 'Picture in picture', exact: true }).waitFor();
  await page.keyboard.press('p');
  await isInPicture(page, true);

  // Another film comes into the same window.
  await petrs.putOn(OTHER_FILM);
  await vasilys.isLive();
  await isInPicture(page, true);
  await vasily.ask(`/room/${vasilys.id}/close`, 'POST');
  await vasily.sees('This room is closed.');
  await isInPicture(page, false);
});

evening('closing the window of the film stops it for nobody', async (house) => {
  const { vasily, vasilys, petrs } = await twoInARoom(house, FILM);
  const { page } = vasily;
  await vasilys.play();
  await petrs.advances(300);
  await page.keyboard.press('p');
  await isInPicture(page, true);
  // The browser's own button of that window also stops the film.
  await page.evaluate(async () => {
    await document.exitPictureInPicture();
    document.querySelector('video')?.pause();
  });
  await isInPicture(page, false);
  await inStep(vasilys, petrs, IN_STEP_MS);
  assert.ok(!(await vasilys.happened()).includes('pause'));
});

/**
 * @param {import('playwright-core').Page} page
 * @param {boolean} wanted
 */
async function isInPicture(page, wanted) {
  await until(`the film is ${wanted ? '' : 'not '}in a window of its own`, async () => {
    const inPicture = await page.evaluate(() => document.pictureInPictureElement !== null);
    return inPicture === wanted;
  });
}
