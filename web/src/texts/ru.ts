/** Russian. */

import type { Texts } from './en';
import { chat } from './ru/chat';
import { common } from './ru/common';
import { emoji } from './ru/emoji';
import { evenings } from './ru/evenings';
import { event } from './ru/event';
import { film } from './ru/film';
import { home } from './ru/home';
import { invite } from './ru/invite';
import { nav } from './ru/nav';
import { people } from './ru/people';
import { player } from './ru/player';
import { room } from './ru/room';
import { settings } from './ru/settings';
import { sign } from './ru/sign';

export const ru: Texts = {
  ...common,
  chat,
  emoji,
  evenings,
  event,
  film,
  home,
  invite,
  nav,
  people,
  player,
  room,
  settings,
  sign,
};
