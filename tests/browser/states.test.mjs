import assert from 'node:assert/strict';
import { violations } from './support/axe.mjs';
import { evening } from './support/evening.mjs';
import { ALL_LOOKS, lookLike, OPPOSITE_LOOKS, USUAL_LOOK } from './support/look.mjs';
import { wrongLook } from './support/pictures.mjs';
import { cast, DOOR, EVENINGS, HOUSE, MISHAPS, ROOM } from './support/states.mjs';

const PARTS = { door: DOOR, house: HOUSE, evenings: EVENINGS, room: ROOM, mishaps: MISHAPS };

for (const [part, states] of Object.entries(PARTS)) {
  evening(
    `everyone can use the screens of the ${part}, and they look as they did`,
    async (house) => {
      const people = await cast(house);
      /** @type {string[]} */
      const faults = [];
      for (const { name, who, reach, isPictured } of states) {
        await reach(people);
        const { page } = people[who];
        for (const look of isPictured ? ALL_LOOKS : OPPOSITE_LOOKS) {
          const picture = `${name}-${look.theme}-${look.language}`;
          await lookLike(page, look);
          await page.screenshot({ path: house.picturePath(picture) });
          faults.push(...(await violations(page)).map((violation) => `${picture}: ${violation}`));
          if (!isPictured) continue;
          const wrong = await wrongLook(page, picture, house.picturePath(`${picture}-off`));
          if (wrong) faults.push(wrong);
        }
        await lookLike(page, USUAL_LOOK);
      }
      assert.ok(faults.length === 0, faults.join('\n'));
    },
  );
}
