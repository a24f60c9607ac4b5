/** English. Every text a person can read stands in these areas. */
import { chat } from './en/chat';
import { common } from './en/common';
import { emoji } from './en/emoji';
import { evenings } from './en/evenings';
import { event } from './en/event';
import { film } from './en/film';
import { home } from './en/home';
import { invite } from './en/invite';
import { nav } from './en/nav';
import { people } from './en/people';
import { player } from './en/player';
import { room } from './en/room';
import { settings } from './en/settings';
import { sign } from './en/sign';

export const en = {
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

/** What every language says. */
export type Texts = typeof en;
