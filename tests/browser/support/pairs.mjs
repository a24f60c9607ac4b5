/** Where most tests begin: two people who already are in a room. */

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
