/** Where most tests begin: two people who already are in a room. */

/**
 * Vasily opens a room for a film and Petr follows the link.
 *
 * @param {import('./evening.mjs').House} house
 * @param {string} film
 */
export async function twoInARoom(house, film) {
  const vasily = await house.person('Vasily');
  const petr = await house.person('Petr');
  await vasily.signUp();
  await petr.signUp();
  const { link, room: vasilys } = await vasily.openRoom(film);
  const petrs = await petr.follow(link);
  await vasilys.hasMembers(2);
  return { vasily, petr, vasilys, petrs, link };
}
