import type { nav as english } from '../en/nav';
import { count } from './words';

export const nav: typeof english = {
  label: 'Главное меню',
  films: 'Фильмы',
  people: 'Люди',
  evenings: 'Вечера',
  settings: 'Настройки',
  requests: (asking) =>
    count(asking, {
      one: '# предложение дружбы',
      few: '# предложения дружбы',
      many: '# предложений дружбы',
      other: '# предложения дружбы',
    }),
  signOut: 'Выйти',
  signedInAs: (name) => `Вы вошли как ${name}`,
};
