import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { until } from './support/until.mjs';

evening('settings hold at once, after a reload, and in other tabs', async (house) => {
  const vasily = await house.person('Vasily', { colorScheme: 'light', locale: 'en-GB' });
  await vasily.signUp();
  await vasily.page.getByRole('link', { name: 'Settings' }).click();
  const { page } = vasily;
  const lightGround = await groundOf(page);
  await page.getByRole('radio', { name: 'Dark' }).check();
  await until('it is dark', async () => (await groundOf(page)) !== lightGround);
  await page.getByRole('radio', { name: 'Русский' }).check();
  await page.getByRole('heading', { level: 1, name: 'Настройки' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ru');
  const offset = page.getByLabel('Свой сдвиг, мс');
  await offset.fill('99999');
  await offset.press('Enter');
  await until('the offset is bounded', async () => (await offset.inputValue()) === '5000');
  await offset.fill('120');
  await offset.press('Enter');
  await vasily.picture('russian-dark');

  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Настройки' }).waitFor();
  assert.equal(await offset.inputValue(), '120');
  assert.equal(await page.getByRole('radio', { name: 'Тёмная' }).isChecked(), true);
  assert.notEqual(await groundOf(page), lightGround);

  const other = await vasily.context.newPage();
  await other.goto('/evenings');
  await other.getByRole('heading', { level: 1, name: 'Вечера' }).waitFor();
  await page.getByRole('radio', { name: 'English' }).check();
  await other.getByRole('heading', { level: 1, name: 'Evenings' }).waitFor();
  await page.getByRole('button', { name: 'No offset' }).click();
  assert.equal(await page.getByLabel('Own offset, ms').inputValue(), '0');
  await other.close();

  await page.getByTestId('settings').getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

/** The colour behind everything. @param {import('playwright-core').Page} page */
function groundOf(page) {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}
