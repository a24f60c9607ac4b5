import { evening } from './support/evening.mjs';
import { inStep, onOneFrame } from './support/room-page.mjs';

const FILM = 'Aurora over Nothing';

evening('people in two browsers are in one room and in step', async (house) => {
  const vasily = await house.person('Vasily', {}, 'chromium');
  const petr = await house.person('Petr', {}, 'firefox');
  await vasily.signUp();
  await petr.signUp();
  await vasily.want(FILM);
  const { link, room: vasilys } = await vasily.openRoom(FILM);
  const petrs = await petr.follow(link);
  await petrs.say('From the other browser.');
  await vasilys.hears('From the other browser.');

  await vasilys.play();
  await Promise.all([vasilys.advances(1_000), petrs.advances(1_000)]);
  await inStep(vasilys, petrs, 150);
  await petrs.pause();
  await onOneFrame(vasilys, petrs, 50);
  await vasilys.seekTo(40_000);
  await petrs.play();
  await Promise.all([vasilys.advances(1_000), petrs.advances(1_000)]);
  await inStep(vasilys, petrs, 150);
});
