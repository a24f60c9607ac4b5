import type { evenings as english } from '../en/evenings';
import { list, number } from './words';

export const evenings: typeof english = {
  title: 'Вечера',
  search: 'Поиск вечеров по фильму',
  none: 'Вечеров пока нет. Здесь хранятся комнаты, которые вы открыли или в которых были.',
  nothing: (query) => `Вечеров с фильмом «${query}» нет.`,
  clear: 'Показать все вечера',
  findFilm: 'Выбрать фильм',
  more: 'Показать более ранние вечера',
  status: {
    creating: 'Открывается',
    open: 'Идёт сейчас',
    closed: 'Переносится в архив',
    archived: 'В архиве',
    aborted: 'Не открылась',
  },

  all: 'Все вечера',
  notFound: 'Такого вечера нет.',
  notThere: 'Сообщения могут читать только те, кто был в этой комнате.',
  toEvening: 'К её странице среди вечеров',
  stillOpen: 'Эта комната ещё открыта.',
  enter: 'Войти в комнату',
  notArchived:
    'Комната закрыта. Сказанное переносится в архив; те, кто здесь был, могут читать его уже сейчас.',
  neverOpened: 'Эта комната так и не открылась, в ней ничего не было сказано.',
  watchAgain: 'Страница фильма',
  there: (names, more) => {
    const others = more > 0 ? [`ещё ${number(more)}`] : [];
    return `В комнате были: ${list([...names, ...others])}`;
  },
  history: 'О чём говорили',
  searchWithin: 'Поиск в сказанном',
  noLines: (query) => `Слов «${query}» никто не говорил.`,
  empty: 'Здесь ничего не произошло.',
  older: 'Показать, что было раньше',
  moreFound: 'Показать более ранние строки',
  clearWithin: 'Показать всё',
  export: 'Сохранить в файл',
  exporting: (percent) => `Собираем сказанное: ${percent} %`,
  exported: 'Файл сохранён.',
  deleteTitle: 'Удалить это сообщение?',
  deleteSure: 'Оно исчезнет навсегда и у всех, кто здесь был.',
  deleteYes: 'Удалить у всех',
  deleted: 'Сообщение удалено.',
};
