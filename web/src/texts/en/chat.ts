import { count, people } from './words';

export const chat = {
  title: 'Chat',
  write: 'Write a message',
  send: 'Send',
  sending: 'sending…',
  refused: (reason: string) => `Not sent: ${reason}`,
  tooLong: (over: number) =>
    count(over, { one: '# character too long', other: '# characters too long' }),
  typing: (names: readonly string[]) =>
    `${people(names)} ${names.length === 1 ? 'is' : 'are'} typing…`,
  reply: 'Reply',
  replyTo: (name: string) => `Reply to ${name}`,
  replyingTo: (name: string) => `Replying to ${name}`,
  stopReply: 'Do not reply',
  delete: 'Delete',
  deleteLabel: (text: string) => `Delete: ${text}`,
  redacted: 'This message was deleted.',
  older: 'Show older messages',
  latest: 'New messages',
  someone: 'Someone',
};
