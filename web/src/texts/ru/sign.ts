import type { sign as english } from '../en/sign';
import { count } from './words';

export const sign: typeof english = {
  inTitle: 'Вход',
  upTitle: 'Регистрация',
  invited: 'Вас пригласили в комнату. Войдите, чтобы смотреть вместе с друзьями.',
  intro: 'Выберите фильм с друзьями, откройте комнату, отправьте одну ссылку.',
  email: 'Электронная почта',
  password: 'Пароль',
  passwordHint: 'Не меньше 8 символов',
  name: 'Ваше имя',
  nameHint: 'Его увидят другие',
  in: 'Войти',
  up: 'Зарегистрироваться',
  showPassword: 'Показать пароль',
  fault: {
    name: 'Назовите себя.',
    nameLong: (most) => `Не больше ${characters(most)}.`,
    email: 'Укажите адрес почты, например vasily@example.org.',
    password: 'Введите пароль.',
    passwordShort: (least) => `Не меньше ${characters(least)}.`,
    passwordLong: (most) => `Не больше ${characters(most)}.`,
  },
  toUp: 'Впервые здесь? Зарегистрируйтесь',
  toIn: 'Уже есть учётная запись? Войдите',
};

/** In the genitive, as after “не больше”. */
function characters(number: number): string {
  return count(number, {
    one: '# символа',
    few: '# символов',
    many: '# символов',
    other: '# символа',
  });
}
