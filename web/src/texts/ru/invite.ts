import type { invite as english } from '../en/invite';

export const invite: typeof english = {
  title: 'Пригласить друзей',
  link: 'Ссылка-приглашение',
  copy: 'Скопировать ссылку',
  copyByHand: 'Ссылка выделена: скопируйте её сами.',
  copied: 'Ссылка скопирована',
  share: 'Поделиться…',
  shareText: (title) => `Давай посмотрим «${title}» вместе`,
  code: 'QR-код ссылки-приглашения',
  renew: 'Создать новую ссылку',
};
