import type { settings as english } from '../en/settings';

export const settings: typeof english = {
  title: 'Настройки',
  onThisDevice: 'Хранятся на этом устройстве.',
  language: 'Язык',
  theme: 'Тема',
  system: 'Как на устройстве',
  light: 'Светлая',
  dark: 'Тёмная',
  screen: 'Медленный экран',
  offset: 'Свой сдвиг, мс',
  offsetHint:
    'Экрану, который показывает с опозданием, поможет число больше нуля: фильм на нём пойдёт настолько раньше. Никто другой этого не заметит. С этого числа начинается каждая комната.',
  resetOffset: 'Без сдвига',
  account: 'Учётная запись',
};
