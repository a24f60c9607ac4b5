import type { room as english } from '../en/room';
import { list } from './words';

export const room: typeof english = {
  of: (owner) => `Хозяин комнаты: ${owner}`,
  members: 'В комнате',
  you: 'вы',
  owner: 'хозяин комнаты',
  buffering: 'загрузка',
  leave: 'Выйти',
  closeRoom: 'Закрыть комнату',
  closeSure: 'Закрыть комнату для всех? Сообщения останутся доступны для чтения.',
  closeYes: 'Закрыть для всех',
  onlyOwner: 'Здесь плеером управляет только хозяин комнаты.',
  connecting: 'Подключение…',
  reconnecting: 'Связь потеряна. Подключаемся снова…',
  ended: {
    closed: 'Эта комната закрыта.',
    removed: 'Вы больше не в этой комнате.',
    not_found: 'Такой комнаты нет.',
    refused: 'В эту комнату нельзя войти.',
    left: 'Вы вышли из этой комнаты.',
  },
  closedBecause: {
    owner: 'Комнату закрыл её хозяин.',
    ended: 'Фильм закончился, поэтому комната закрыта.',
    empty: 'В комнате никого не было, поэтому она закрыта.',
    too_old: 'Комната была открыта слишком долго и закрыта.',
  },
  notThere: 'Сообщения могут читать только те, кто был в этой комнате.',
  rejoin: 'Войти снова',
  home: 'К фильмам',
  opening: 'Комната открывается…',
  waitingFor: (names, seconds) => `Ждём: ${list(names)}, ${seconds} с`,
  history: 'О чём говорили',
};
