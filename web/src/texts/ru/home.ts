import type { home as english } from '../en/home';
import { count } from './words';

export const home: typeof english = {
  title: 'Фильмы',
  matches: 'Это хотите посмотреть вы и ваши друзья',
  noMatchesTitle: 'Что посмотрите вместе?',
  noMatches:
    'Отмечайте фильмы, которые хотите посмотреть. Захочет и кто-то из друзей — фильм появится здесь.',
  findPeople: 'Найти друзей',
  catalogue: 'Все фильмы',
  search: 'Поиск фильмов',
  nothing: (query) => (query ? `По запросу «${query}» ничего нет.` : 'Фильмов пока нет.'),
  clear: 'Показать все фильмы',
  rooms: 'Открыты сейчас',
  inside: (members) =>
    count(members, {
      one: 'внутри # человек',
      few: 'внутри # человека',
      many: 'внутри # человек',
      other: 'внутри # человека',
    }),
  enter: 'Войти',
  enterLabel: (title) => `Войти в комнату: ${title}`,
  moreMatches: 'Показать ещё совпадения',
  moreFilms: 'Показать ещё фильмы',
};
