import type { chat as english } from '../en/chat';
import { count, day, people } from './words';

export const chat: typeof english = {
  title: 'Чат',
  day,
  write: 'Написать сообщение',
  send: 'Отправить',
  sending: 'отправляется…',
  notSent: (reason) => `Не отправлено: ${reason}`,
  retry: 'Отправить снова',
  discard: 'Убрать',
  busy: 'Слишком много сообщений ещё в пути. Подождите немного.',
  tooLong: (over) =>
    count(over, {
      one: 'На # символ длиннее, чем можно',
      few: 'На # символа длиннее, чем можно',
      many: 'На # символов длиннее, чем можно',
      other: 'На # символа длиннее, чем можно',
    }),
  typing: (names) => `${people(names)} ${names.length === 1 ? 'печатает' : 'печатают'}…`,
  replyTo: (name) => `Ответить: ${name}`,
  replyingTo: (name) => `В ответ: ${name}`,
  stopReply: 'Не отвечать',
  deleteLabel: (text) => `Удалить: ${text}`,
  redacted: 'Это сообщение удалено.',
  older: 'Показать прежние сообщения',
  deleteSure: 'Удалить это сообщение для всех?',
  deleteYes: 'Удалить сообщение',
  deleting: 'удаляется…',
  jumpTo: (name) => `Перейти к сообщению: ${name}`,
  latest: 'К последним сообщениям',
  unread: (messages) =>
    count(messages, {
      one: '# новое сообщение',
      few: '# новых сообщения',
      many: '# новых сообщений',
      other: '# нового сообщения',
    }),
  unreadMark: 'Новые сообщения',
  tabTitle: (messages, title) => `(${messages}) ${title}`,
  answered: 'Прежнее сообщение',
  emoji: 'Эмодзи',
  show: 'Показать чат',
  hide: 'Скрыть чат',
  someone: 'Кто-то',
};
