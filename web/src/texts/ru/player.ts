import type { player as english } from '../en/player';
import { position } from '../forms';
import { number } from './words';

export const player: typeof english = {
  label: 'Фильм',
  play: 'Смотреть',
  pause: 'Пауза',
  replay: 'Смотреть снова',
  seek: 'Место в фильме',
  positionOf: (ms, lengthMs) => `${position(ms)} из ${position(lengthMs)}`,
  volume: 'Громкость',
  mute: 'Выключить звук',
  unmute: 'Включить звук',
  unmuteBig: 'Нажмите, чтобы включить звук',
  tapToPlay: 'Нажмите, чтобы смотреть',
  rate: 'Скорость',
  fullscreen: 'На весь экран',
  leaveFullscreen: 'Выйти из полного экрана',
  settings: 'Настройки плеера',
  offset: 'Ваш сдвиг, мс (для медленного экрана)',
  inStep: (driftMs) => `вместе: ${Math.abs(Math.round(driftMs))} мс`,
  catchingUp: (driftMs) => {
    const apart = number(Math.round(Math.abs(driftMs) / 100) / 10);
    return driftMs > 0 ? `впереди на ${apart} с` : `позади на ${apart} с`;
  },
  buffering: 'Загрузка…',
  keys: 'Пробел или K: смотреть и пауза. Стрелки: перемотка, громкость. F: весь экран. M: звук.',
  fault: {
    unsupported: 'Этот браузер не может показать фильм.',
    network: 'Фильм не загружается. Проверьте соединение.',
    broken: 'Фильм нельзя показать.',
  },
};
