import type { people as english } from '../en/people';

export const people: typeof english = {
  title: 'Люди',
  search: 'Найти людей по имени',
  find: 'Найти',
  found: 'Найдены',
  nobody: (query) => `Никого с именем «${query}» нет.`,
  requests: 'Хотят с вами дружить',
  friends: 'Ваши друзья',
  noFriends: 'Друзей пока нет. Найдите кого-нибудь по имени и предложите дружбу.',
  ask: 'Предложить дружбу',
  asked: 'Дружба предложена',
  accept: 'Принять',
  decline: 'Отклонить',
  remove: 'Удалить',
  isFriend: 'В друзьях',
  you: 'Вы',
  labelled: (act, name) => `${act}: ${name}`,
  nowFriends: (name) => `Теперь вы друзья: вы и ${name}.`,
  askSent: (name) => `Дружба предложена: ${name}.`,
};
