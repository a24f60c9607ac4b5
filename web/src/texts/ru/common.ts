import type { common as english } from '../en/common';
import { date, time } from './words';

export const common: typeof english = {
  app: 'Movie Together',
  skip: 'Перейти к содержанию',
  notFound: 'Такой страницы нет.',
  loading: 'Загрузка…',
  retry: 'Повторить',
  more: 'Показать ещё',
  close: 'Закрыть',
  cancel: 'Отмена',
  time,
  date,
  minutes: (ms) => `${Math.max(1, Math.round(ms / 60_000))} мин`,

  errors: {
    network: 'Сервер недоступен. Проверьте соединение и попробуйте ещё раз.',
    unexpected: 'Что-то пошло не так. Попробуйте ещё раз.',
    status: (status) =>
      status >= 500
        ? 'Сейчас сервер не может этого сделать. Попробуйте ещё раз.'
        : `Сервер отказал (${status}).`,
  },
};
