/** Where most tests begin: two people who are friends, or already are in a room. */

/**
 * Vasily and Petr, who have found each other.
 *
 * @param {import('./evening.mjs').House} house
 */
export async function twoFriends(house) {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await vasily.signUp();
  await petr.signUp();
  await vasily.askToBeFriends(petr);
  await petr.acceptFriend(vasily);
  return { vasily, petr };
}

/**
 * Vasily opens a room for a film and Petr follows the link.
 *
 * @param {import('./evening.mjs').House} house
 * @param {string} film
 * @param {(person: import('./person.mjs').Person) => Promise<void>} [prepare] before they come
 */
export async function twoInARoom(house, film, prepare = () => Promise.resolve()) {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await prepare(vasily);
  await prepare(petr);
  await vasily.signUp();
  await petr.signUp();
  const { link, room: vasilys } = await vasily.openRoom(film);
  const petrs = await petr.follow(link);
  await vasilys.hasMembers(2);
  return { vasily, petr, vasilys, petrs, link };
}
