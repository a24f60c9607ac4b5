import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { until } from './support/until.mjs';

const FILM = 'Aurora over Nothing';

evening('who types is named, until the line is said', async (house) => {
  const { vasily, petrs } = await twoInARoom(house, FILM);
  const typing = vasily.page.getByTestId('typing');
  await petrs.composer.pressSequentially('Hel');
  await typing.filter({ hasText: 'Petr is typing…' }).waitFor();
  await vasily.picture('typing');
  await petrs.composer.press('Enter');
  await typing.filter({ hasText: 'typing' }).waitFor({ state: 'detached' });
});

evening('an answer quotes, and its quote leads back', async (house) => {
  const { vasily, petr, vasilys, petrs } = await twoInARoom(house, FILM);
  await petrs.say('The very first line');
  await vasilys.hears('The very first line');
  for (let count = 1; count <= 15; count += 1)
    await petrs.say(`Then line ${count}\nand more of it`);
  await vasilys.hears('Then line 15');
  const first = vasilys.lines('The very first line');
  await first.hover();
  await first.getByRole('button', { name: 'Reply to Petr' }).click();
  await vasily.page.getByTestId('replying').getByText('The very first line').waitFor();
  await vasily.picture('replying');
  await vasilys.say('Indeed');

  const answer = petrs.lines('Indeed');
  await answer.waitFor();
  await until('the quoted line is out of sight', () => isOutOfSight(petrs));
  await answer.getByRole('button', { name: 'Petr: The very first line' }).click();
  await until('the quoted line is in sight', async () => !(await isOutOfSight(petrs)));
  const focused = petr.page.locator('[data-testid=chat-line]:focus');
  await focused.filter({ hasText: 'The very first line' }).waitFor();
  await petr.picture('led-back');
});

evening('emoji are picked by mouse and by keys', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  await room.composer.fill('ab');
  await room.composer.press('ArrowLeft');
  await vasily.page.getByRole('button', { name: 'Emoji' }).click();
  await vasily.picture('emoji');
  await vasily.page.getByRole('button', { name: 'popcorn' }).click();
  assert.equal(await room.composer.inputValue(), 'a🍿b');

  await vasily.page.getByRole('button', { name: 'Emoji' }).press('Enter');
  await vasily.page.getByRole('button', { name: 'grinning' }).press('ArrowRight');
  await vasily.page.getByRole('button', { name: 'tears of joy' }).press('Enter');
  assert.equal(await room.composer.inputValue(), 'a🍿😂b');
  await vasily.page.getByRole('button', { name: 'Emoji' }).press('Enter');
  await vasily.page.keyboard.press('Escape');
  await vasily.page.getByRole('button', { name: 'popcorn' }).waitFor({ state: 'detached' });
  await room.composer.press('Enter');
  await room.hears('a🍿😂b');
});

evening('an own line is deleted for everyone, and only an own one', async (house) => {
  const { petr, vasilys, petrs } = await twoInARoom(house, FILM);
  await vasilys.say('From the owner');
  await petrs.say('That was not for you');
  await vasilys.hears('That was not for you');
  await petrs.hears('From the owner');
  assert.equal(
    await petrs
      .lines('From the owner')
      .getByRole('button', { name: /Delete/ })
      .count(),
    0,
  );
  await petrs.lines('That was not for you').hover();
  await petr.page.getByRole('button', { name: 'Delete: That was not for you' }).click();
  await petr.picture('sure');
  await petr.page.getByRole('button', { name: 'Delete message' }).click();
  for (const room of [petrs, vasilys]) {
    await room.lines('This message was deleted.').waitFor();
    assert.equal(await room.lines('That was not for you').count(), 0);
  }
});

/** @param {import('./support/room-page.mjs').RoomPage} room */
async function isOutOfSight(room) {
  return room.page.getByTestId('chat-log').evaluate((log) => {
    const line = [...log.querySelectorAll('[data-testid=chat-line]')].find((each) => {
      return each.querySelector('.text')?.textContent?.includes('The very first line');
    });
    return !line || line.getBoundingClientRect().bottom < log.getBoundingClientRect().top;
  });
}
