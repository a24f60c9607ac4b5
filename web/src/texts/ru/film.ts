import type { film as english } from '../en/film';
import { people } from './words';

export const film: typeof english = {
  want: 'Хочу посмотреть',
  wanted: 'В вашем списке',
  wantLabel: (title) => `Хочу посмотреть: ${title}`,
  wantToo: (names) => `${people(names)} тоже ${names.length === 1 ? 'хочет' : 'хотят'} посмотреть`,
  invite: 'Пригласить друзей',
  control: 'Кто управляет плеером',
  everyone: 'Все',
  owner: 'Только вы',
  opening: 'Комната открывается…',
  alreadyOpen: (title) => `У вас уже открыта комната: «${title}».`,
  closeAndOpen: 'Закрыть её и открыть этот фильм',
  notFound: 'Такого фильма нет.',
};
