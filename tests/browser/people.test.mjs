import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { until } from './support/until.mjs';

evening('people are found, asked, counted, accepted, declined and left', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  const anna = await house.person('Anna');
  for (const person of [vasily, petr, anna]) await person.signUp();

  await vasily.open('/people');
  await vasily.sees('No friends yet.');
  const search = vasily.page.getByRole('searchbox', { name: 'Find people by name' });
  await search.fill('Nobody at all');
  await vasily.sees('Nobody is called “Nobody at all”.');
  await search.fill('vasily');
  await vasily.page.getByTestId('people-found').getByText('You', { exact: true }).waitFor();

  for (const asker of [petr, anna]) await asker.askToBeFriends(vasily);
  await vasily.open('/');
  const count = vasily.page.getByTestId('requests-count');
  await count.getByText('2 friend requests').waitFor();
  await vasily.picture('counted');

  await vasily.page.getByRole('link', { name: /^People/ }).click();
  const requests = vasily.page.getByTestId('friend-requests');
  await requests.getByRole('button', { name: 'Accept: Petr' }).click();
  const friends = vasily.page.getByTestId('friends');
  await friends.getByText('Petr', { exact: true }).waitFor();
  await count.getByText('1 friend request').waitFor();
  await requests.getByRole('button', { name: 'Decline: Anna' }).click();
  await requests.waitFor({ state: 'detached' });
  await count.waitFor({ state: 'detached' });
  await vasily.picture('friends');

  await friends.getByRole('button', { name: 'Remove: Petr' }).click();
  const dialog = vasily.page.getByRole('dialog', { name: 'Remove a friend' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await friends.getByText('Petr', { exact: true }).count(), 1);
  await friends.getByRole('button', { name: 'Remove: Petr' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await vasily.sees('No friends yet.');
  await petr.open('/people');
  await petr.sees('No friends yet.');
});

evening('a request is counted when the tab is looked at again', async (house) => {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await vasily.signUp();
  await petr.signUp();
  await petr.askToBeFriends(vasily);
  await until('the request is counted', async () => {
    await vasily.hideTab();
    await vasily.showTab();
    return vasily.page.getByTestId('requests-count').isVisible();
  });
});
