import type { home as english } from '../en/home';

export const home: typeof english = {
  title: 'Фильмы',
  matches: 'Это хотите посмотреть вы и ваши друзья',
  noMatches:
    'Совпадений пока нет. Отмечайте фильмы, которые хотите посмотреть, и дружите с теми, кто хочет того же.',
  findPeople: 'Найти друзей',
  catalogue: 'Все фильмы',
  search: 'Поиск фильмов',
  nothing: (query) => (query ? `По запросу «${query}» ничего нет.` : 'Фильмов пока нет.'),
  rooms: 'Ваши комнаты',
  noRooms: 'Здесь будут комнаты, которые вы откроете или в которые войдёте.',
  moreMatches: 'Показать ещё совпадения',
  moreRooms: 'Показать ещё комнаты',
  moreFilms: 'Показать ещё фильмы',
};
