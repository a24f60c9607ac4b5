import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';
/** While this moment lasts, something is said. */
const SPOKEN_MS = 7_000;
const SOLID = 'rgb(0, 0, 0)';
const SPOKEN = { en: 'Green and violet, and behind them nothing.', ru: /[а-яё]/i };

evening('subtitles are chosen, styled and remembered', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  const { page } = vasily;
  const subtitles = page.getByTestId('subtitles');
  await room.seekTo(SPOKEN_MS);
  assert.equal(await subtitles.count(), 0, 'nobody asked for them yet');

  await page.keyboard.press('c');
  await subtitles.getByText(SPOKEN.en).waitFor();
  const usual = await lookOf(subtitles);
  await vasily.picture('english');

  await page.getByRole('button', { name: 'Player settings' }).click();
  await page
    .getByRole('combobox', { name: 'Subtitles', exact: true })
    .selectOption({ label: 'Русский' });
  await subtitles.getByText(SPOKEN.ru).waitFor();
  await page.getByLabel('Subtitle size').selectOption('Very large');
  await page.getByLabel('Behind subtitles').selectOption('Solid');
  await page.getByTestId('player-settings').press('Escape');
  const wanted = await lookOf(subtitles);
  assert.ok(wanted.sizePx > 1.5 * usual.sizePx, `${wanted.sizePx} px after ${usual.sizePx} px`);
  assert.notEqual(usual.ground, SOLID);
  assert.equal(wanted.ground, SOLID);
  await vasily.picture('russian-large');

  await page.reload();
  await room.isLive();
  await subtitles.getByText(SPOKEN.ru).waitFor();
  assert.deepEqual(await lookOf(subtitles), wanted);

  await page.getByRole('button', { name: 'Subtitles', exact: true }).click();
  await until('they are off', async () => (await subtitles.count()) === 0);
});

/** How the line on the film is drawn. @param {import('playwright-core').Locator} subtitles */
function lookOf(subtitles) {
  return subtitles
    .locator('span')
    .first()
    .evaluate((line) => {
      const { fontSize, backgroundColor } = getComputedStyle(line);
      return { sizePx: Number.parseFloat(fontSize), ground: backgroundColor };
    });
}
