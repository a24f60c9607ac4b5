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
  pictureInPicture: 'Картинка в картинке',
  leavePictureInPicture: 'Выйти из картинки в картинке',
  rateOf: (rate) => `${number(rate)}×`,
  subtitles: 'Субтитры',
  subtitlesOff: 'Выключены',
  subtitleSize: 'Размер субтитров',
  subtitleSizes: { small: 'Мелкие', medium: 'Средние', large: 'Крупные', huge: 'Очень крупные' },
  subtitleGround: 'Под субтитрами',
  subtitleGrounds: { none: 'Ничего', shade: 'Тень', solid: 'Сплошной фон' },
  jumped: (seconds) => `${seconds > 0 ? '+' : '−'}${Math.abs(seconds)} с`,
  keysTitle: 'Клавиши',
  space: 'Пробел',
  keysShow: 'Клавиши плеера',
  keys: {
    toggle: 'Смотреть и пауза',
    seek: 'На 5 секунд назад или вперёд',
    seekFar: 'На 10 секунд назад или вперёд',
    share: 'На 0–90 % фильма',
    volume: 'Громкость',
    mute: 'Выключить или включить звук',
    fullscreen: 'На весь экран',
    subtitles: 'Субтитры',
    pictureInPicture: 'Картинка в картинке',
    rate: 'Медленнее или быстрее',
    help: 'Эти клавиши',
  },
  fault: {
    unsupported: 'Этот браузер не может показать фильм.',
    network: 'Фильм не загружается. Проверьте соединение.',
    broken: 'Фильм нельзя показать.',
  },
};
