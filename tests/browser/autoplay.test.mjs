import assert from 'node:assert/strict';
import { violations } from './support/axe.mjs';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { inStep, RoomPage } from './support/room-page.mjs';
import { until } from './support/until.mjs';
import { Untouched } from './support/untouched.mjs';

const MUTED_FOR_MS = 1_000;
const ACTS = ['play', 'pause', 'seek', 'rate', 'hold', 'release'];

evening(
  'a browser that refuses sound starts muted, and one touch unmutes it',
  async (house) => {
    const { vasilys, petr } = await twoInARoom(house, 'Aurora over Nothing');
    await vasilys.play();
    await vasilys.advances(500);

    petr.expectTrouble(/status of 409/);
    const page = await Untouched.open(petr, `/room/${vasilys.id}`);
    const played = await until('Petr’s film runs, muted', async () => {
      const video = await page.see(playedVideo);
      return video?.muted && !video.paused && video.playedMs > MUTED_FOR_MS ? video : null;
    });
    assert.equal(played.touched, false, 'the test itself has not touched the page');
    await until('the way to the sound is shown', () => page.see(showsUnmute));
    await page.picture(house.picturePath('Petr-muted'));
    assert.deepEqual(await violations(petr.page), []);

    await petr.page.getByRole('button', { name: 'Tap to unmute' }).click();
    const petrs = new RoomPage(petr);
    await until('the sound is on', async () => !(await petrs.moment()).muted);
    await petr.page.getByRole('button', { name: 'Tap to unmute' }).waitFor({ state: 'detached' });
    await petrs.advances(1_000);
    await inStep(vasilys, petrs, 150);
    await petrs.picture('unmuted');

    const acts = (await vasilys.happened()).filter((kind) => ACTS.includes(kind));
    assert.deepEqual(acts, ['play'], 'only Vasily has touched the player');
  },
  { autoplay: false },
);

/** Runs in the page. */
function playedVideo() {
  const video = document.querySelector('video');
  if (!video) return null;
  let playedMs = 0;
  for (let range = 0; range < video.played.length; range += 1) {
    playedMs += (video.played.end(range) - video.played.start(range)) * 1000;
  }
  const touched = navigator.userActivation.hasBeenActive;
  return { muted: video.muted, paused: video.paused, playedMs, touched };
}

/** Runs in the page. */
function showsUnmute() {
  const buttons = [...document.querySelectorAll('button')];
  return buttons.some(
    (button) => button.checkVisibility() && /Tap to unmute/.test(button.textContent),
  );
}
