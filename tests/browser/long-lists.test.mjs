import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { evening } from './support/evening.mjs';
import { twoFriends } from './support/pairs.mjs';
import { until } from './support/until.mjs';

/** More than a page of the catalogue holds, and of the matches. */
const FILMS = 30;
const MATCHES = 13;
const OWN_FILMS = 4;
const CATALOGUE_PAGE = 24;
const MATCHES_PAGE = 12;

const media = mkdtempSync(join(tmpdir(), 'movie-together-media-'));
for (let film = 1; film <= FILMS; film += 1) writeFileSync(join(media, `Film ${film}.mp4`), '');
process.env.MEDIA_DIR = media;
after(() => rmSync(media, { recursive: true, force: true }));

evening('long lists grow page by page, and nothing is in them twice', async (house) => {
  const { vasily, petr } = await twoFriends(house);
  const { items } = await vasily.ask(`/movies?size=${MATCHES}`);
  for (const { id } of items) {
    for (const person of [vasily, petr]) await person.ask(`/want-to-watch/${id}`, 'PUT');
  }
  await vasily.findsMatch(items[0].title, petr);
  const matches = vasily.page.getByTestId('matches').getByRole('article');
  await until('a page of matches', async () => (await matches.count()) === MATCHES_PAGE);
  await vasily.page.getByRole('button', { name: 'Show more matches' }).click();
  await until('all matches', async () => (await matches.count()) === MATCHES);
  const focused = () => vasily.page.evaluate(() => document.activeElement?.textContent);
  await until('the keyboard stays at the end', async () => (await focused()) === 'That is all.');
  await vasily.picture('matches');

  const films = vasily.page.getByTestId('catalogue').getByRole('article');
  await until('a page of films', async () => (await films.count()) === CATALOGUE_PAGE);
  const more = vasily.page.getByRole('button', { name: 'Show more films' });
  await more.click();
  await until('all films', async () => (await films.count()) === FILMS + OWN_FILMS);
  const titles = await films.evaluateAll((all) => all.map((film) => film.ariaLabel));
  assert.equal(new Set(titles).size, titles.length);
  assert.equal(await more.count(), 0);
  const { width } = vasily.page.viewportSize() ?? { width: 0 };
  const scrollWidth = await vasily.page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(scrollWidth, width, 'only the rail of matches scrolls sideways');
});
