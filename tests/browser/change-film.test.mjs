import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { twoInARoom } from './support/pairs.mjs';
import { inStep } from './support/room-page.mjs';

evening('another film is put on for everyone', async (house) => {
  const { petr, vasily, vasilys, petrs } = await twoInARoom(house, 'Aurora over Nothing');
  await vasilys.play();
  await vasilys.advances(500);
  await petr.page.getByRole('button', { name: 'Change film' }).click();
  await petr.page.getByRole('searchbox', { name: 'Find a film' }).fill('seahorse');
  const choices = petr.page.getByTestId('films-to-put-on').getByRole('listitem');
  await choices.filter({ hasText: 'Aurora' }).waitFor({ state: 'detached' });
  await petr.picture('choosing');
  await choices.getByRole('button', { name: 'Down Seahorse Valley' }).click();
  for (const person of [vasily, petr]) {
    await person.page.getByRole('heading', { level: 1, name: 'Down Seahorse Valley' }).waitFor();
    await person.sees('Petr put on “Down Seahorse Valley”');
  }
  for (const room of [vasilys, petrs]) await room.isLive();
  await petrs.play();
  await inStep(vasilys, petrs, 150);
});

evening(
  'where only the owner controls, others can neither play nor change the film',
  async (house) => {
    const vasily = await house.person('Vasily');
    const petr = await house.person('Petr');
    await vasily.signUp();
    await petr.signUp();
    const { link } = await vasily.openRoom('Aurora over Nothing', 'Only you');
    const petrs = await petr.follow(link);
    await petr.sees('Only the owner controls the player here.');
    assert.equal(await petr.page.getByRole('button', { name: 'Change film' }).count(), 0);
    assert.ok(await petr.page.getByRole('button', { name: 'Play', exact: true }).isDisabled());
    await petr.page.keyboard.press('k');
    await petr.page.keyboard.press('5');
    await petrs.say('I cannot');
    await petrs.hears('I cannot');
    assert.equal((await petrs.happened()).includes('play'), false);
    assert.equal((await petrs.happened()).includes('seek'), false);
  },
);
