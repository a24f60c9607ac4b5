import type { nav as english } from '../en/nav';

export const nav: typeof english = {
  label: 'Главное меню',
  films: 'Фильмы',
  people: 'Люди',
  signOut: 'Выйти',
  signedInAs: (name) => `Вы вошли как ${name}`,
};
