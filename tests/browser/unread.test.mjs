import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';

evening('a hidden tab counts what is said, and marks it for who comes back', async (house) => {
  const { vasily, petr, vasilys, petrs } = await twoInARoom(house, FILM);
  await vasilys.say('Read at once');
  await petrs.hears('Read at once');
  await petr.hideTab();
  for (const text of ['One', 'Two']) await vasilys.say(text);
  await titled(petr, /^\(2\) Aurora over Nothing/);
  await petr.picture('counted');
  const mark = petr.page.getByTestId('unread-mark');
  await mark.waitFor();
  const next = await mark.evaluate((element) => element.nextElementSibling?.textContent);
  assert.match(next ?? '', /One/);

  await petr.showTab();
  await titled(petr, /^Aurora over Nothing/);
  assert.ok(await mark.isVisible(), 'the mark stays for who comes back');
  await petrs.say('Back again');
  await mark.waitFor({ state: 'detached' });
  assert.equal(await vasily.page.getByTestId('unread-mark').count(), 0);
});

evening('who reads further up is told of new lines and led to them', async (house) => {
  const { petr, vasilys, petrs } = await twoInARoom(house, FILM);
  for (let count = 1; count <= 15; count += 1) await petrs.say(`Line ${count}\nwith more of it`);
  await vasilys.hears('Line 15');
  await petrs.hears('Line 15');
  const log = petr.page.getByTestId('chat-log');
  await log.evaluate((element) => element.scrollTo(0, 0));
  const latest = petr.page.getByTestId('to-latest');
  await latest.filter({ hasText: 'To the latest messages' }).waitFor();
  for (const text of ['A', 'B', 'C']) await vasilys.say(`${text} while he reads`);
  await latest.filter({ hasText: '3 new messages' }).waitFor();
  assert.equal(await log.evaluate((element) => element.scrollTop), 0, 'nothing moves under him');
  await petr.picture('three-new');
  await latest.click();
  await latest.waitFor({ state: 'detached' });
  await titled(petr, /^Aurora over Nothing/);
});

evening('who reads along still sees the last line when the chat shrinks', async (house) => {
  const { petr, vasilys, petrs } = await twoInARoom(house, FILM);
  for (let count = 1; count <= 15; count += 1) await petrs.say(`Line ${count}\nwith more of it`);
  await vasilys.hears('Line 15');
  await petrs.hears('Line 15');
  await petr.page.setViewportSize({ width: 1280, height: 480 });
  await until('the last line is in sight', () =>
    petr.page.getByTestId('chat-log').evaluate((log) => {
      const last = log.querySelector('[data-testid=chat-line]:last-of-type');
      const bottom = last?.getBoundingClientRect().bottom ?? Number.POSITIVE_INFINITY;
      // A place scrolled to is as exact as a pixel.
      return bottom <= log.getBoundingClientRect().bottom + 1;
    }),
  );
});

/**
 * @param {import('./support/person.mjs').Person} person
 * @param {RegExp} title
 */
async function titled(person, title) {
  await until(`the tab is titled ${title}`, async () => title.test(await person.page.title()));
}
