import type { chat as english } from '../en/chat';
import { count, people } from './words';

export const chat: typeof english = {
  title: 'Чат',
  write: 'Написать сообщение',
  send: 'Отправить',
  sending: 'отправляется…',
  refused: (reason) => `Не отправлено: ${reason}`,
  tooLong: (over) =>
    count(over, {
      one: 'На # символ длиннее, чем можно',
      few: 'На # символа длиннее, чем можно',
      many: 'На # символов длиннее, чем можно',
      other: 'На # символа длиннее, чем можно',
    }),
  typing: (names) => `${people(names)} ${names.length === 1 ? 'печатает' : 'печатают'}…`,
  reply: 'Ответить',
  replyTo: (name) => `Ответить: ${name}`,
  replyingTo: (name) => `В ответ: ${name}`,
  stopReply: 'Не отвечать',
  delete: 'Удалить',
  deleteLabel: (text) => `Удалить: ${text}`,
  redacted: 'Это сообщение удалено.',
  older: 'Показать прежние сообщения',
  latest: 'Новые сообщения',
  someone: 'Кто-то',
};
