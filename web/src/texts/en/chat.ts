import { count, day, people } from './words';

export const chat = {
  title: 'Chat',
  day,
  write: 'Write a message',
  send: 'Send',
  sending: 'sending…',
  notSent: (reason: string) => `Not sent: ${reason}`,
  retry: 'Send again',
  discard: 'Discard',
  busy: 'Too many messages are still on their way. Wait a moment.',
  tooLong: (over: number) =>
    count(over, { one: '# character too long', other: '# characters too long' }),
  typing: (names: readonly string[]) =>
    `${people(names)} ${names.length === 1 ? 'is' : 'are'} typing…`,
  replyTo: (name: string) => `Reply to ${name}`,
  replyingTo: (name: string) => `Replying to ${name}`,
  stopReply: 'Do not reply',
  deleteLabel: (text: string) => `Delete: ${text}`,
  redacted: 'This message was deleted.',
  older: 'Show older messages',
  deleteSure: 'Delete this message for everyone?',
  deleteYes: 'Delete message',
  deleting: 'deleting…',
  jumpTo: (name: string) => `Go to the message of ${name}`,
  latest: 'To the latest messages',
  unread: (messages: number) => count(messages, { one: '# new message', other: '# new messages' }),
  unreadMark: 'New messages',
  /** The title of a tab with unread messages. */
  tabTitle: (messages: number, title: string) => `(${messages}) ${title}`,
  answered: 'An earlier message',
  emoji: 'Emoji',
  show: 'Show chat',
  hide: 'Hide chat',
  someone: 'Someone',
};
