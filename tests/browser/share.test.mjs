import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';

const FILM = 'Down Seahorse Valley';
const SHARE = 'Share…';

evening('an invitation goes through the share sheet of a phone', async (house) => {
  const vasily = await house.person('Vasily');
  /** What the system was asked to share. @type {unknown[]} */
  const shared = [];
  await vasily.page.exposeFunction('sharedNow', (/** @type {unknown} */ what) => shared.push(what));
  await vasily.page.addInitScript(() => {
    /** @param {ShareData} what */
    const share = async (what) => {
      // As a system does it: only while a press is fresh, and the person closes the second sheet.
      if (!navigator.userActivation.isActive) throw new DOMException('', 'NotAllowedError');
      const count = await /** @type {any} */ (window).sharedNow(what);
      if (count > 1) throw new DOMException('closed', 'AbortError');
    };
    Object.defineProperty(Navigator.prototype, 'share', { value: share, configurable: true });
  });
  await vasily.signUp();
  await vasily.openFilm(FILM);
  const link = await vasily.inviteFriends();
  const { page } = vasily;
  const dialog = page.getByRole('dialog');
  const asked = { title: FILM, text: `Watch “${FILM}” with me`, url: link };
  await dialog.getByRole('button', { name: SHARE }).click();
  await dialog.getByRole('button', { name: SHARE }).click();
  assert.deepEqual(shared, [asked, asked]);
  assert.equal(await dialog.getByRole('alert').count(), 0);
  assert.equal(await dialog.getByRole('status').innerText(), '');
  await vasily.picture('share');
});

evening('without a share sheet the link is copied or scanned', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.page.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, 'share');
  });
  await vasily.signUp();
  await vasily.openFilm(FILM);
  await vasily.inviteFriends();
  const dialog = vasily.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy link' }).waitFor();
  await dialog.getByRole('img', { name: 'QR code of the invitation link' }).waitFor();
  assert.equal(await dialog.getByRole('button', { name: SHARE }).count(), 0);
});
