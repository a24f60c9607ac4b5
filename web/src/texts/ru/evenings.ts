import type { evenings as english } from '../en/evenings';

export const evenings: typeof english = {
  status: {
    creating: 'Открывается',
    open: 'Открыта',
    closed: 'Закрыта',
    archived: 'В архиве',
    aborted: 'Не открылась',
  },
};
