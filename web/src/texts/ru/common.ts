import type { common as english } from '../en/common';
import { length } from '../forms';
import { date, time } from './words';

export const common: typeof english = {
  app: 'Movie Together',
  skip: 'Перейти к содержанию',
  notFound: 'Такой страницы нет.',
  loading: 'Загрузка…',
  retry: 'Повторить',
  more: 'Показать ещё',
  allShown: 'Это всё.',
  close: 'Закрыть',
  cancel: 'Отмена',
  time,
  date,
  minutes: (ms) => {
    const { hours, minutes } = length(ms);
    return [hours && `${hours} ч`, minutes && `${minutes} мин`].filter(Boolean).join(' ');
  },

  errors: {
    network: 'Сервер недоступен. Проверьте соединение и попробуйте ещё раз.',
    unexpected: 'Что-то пошло не так. Попробуйте ещё раз.',
    status: (status) =>
      status >= 500
        ? 'Сейчас сервер не может этого сделать. Попробуйте ещё раз.'
        : `Сервер отказал (${status}).`,
    byCode: {
      network: 'Сервер недоступен. Проверьте соединение и попробуйте ещё раз.',
      unauthorized: 'Пожалуйста, войдите ещё раз.',
      forbidden: 'Вам нельзя этого делать.',
      email_taken: 'Этот адрес уже занят другой учётной записью.',
      wrong_credentials: 'Нет учётной записи с таким адресом и паролем.',
      too_many_friends: 'Вы предложили дружбу стольким людям, скольким можно.',
      too_many_wishes: 'Ваш список полон.',
      no_such_movie: 'Такого фильма нет.',
      no_such_room: 'Такой комнаты нет.',
      not_member: 'Это могут только те, кто был в комнате.',
      not_owner: 'Это может только владелец комнаты.',
      no_such_message: 'Такого сообщения нет.',
      not_a_message: 'Удалять можно только сообщения.',
      not_your_message: 'Удалить сообщение может только его автор или владелец комнаты.',
      room_exists: 'У вас уже есть открытая комната.',
      room_full: 'В комнате нет места.',
      too_many_sessions: 'Эта комната открыта у вас в слишком многих вкладках.',
      too_many_invites: 'У этой комнаты уже слишком много ссылок.',
      closed: 'Комната закрыта.',
      too_many_requests: 'Слишком быстро. Подождите немного и попробуйте ещё раз.',
      away: 'Служба ненадолго недоступна. Попробуйте ещё раз.',
      internal: 'Что-то пошло не так. Попробуйте ещё раз.',
    },
  },
};
