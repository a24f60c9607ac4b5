import type { film as english } from '../en/film';
import { people } from './words';

export const film: typeof english = {
  want: 'Хочу посмотреть',
  wantLabel: (title) => `Хочу посмотреть: ${title}`,
  wantToo: (names) => `${people(names)} тоже ${names.length === 1 ? 'хочет' : 'хотят'} посмотреть`,
  invite: 'Пригласить друзей',
  control: 'Кто управляет плеером',
  everyone: 'Все',
  owner: 'Только вы',
  opening: 'Комната открывается…',
  inviteLabel: (title) => `Пригласить друзей: ${title}`,
  oneRoom: 'Одна комната за раз',
  goToRoom: 'Перейти в ту комнату',
  alreadyOpen: (title) => `У вас уже открыта комната: «${title}».`,
  closeAndOpen: 'Закрыть её и открыть этот фильм',
  notFound: 'Такого фильма нет.',
};
