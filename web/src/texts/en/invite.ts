export const invite = {
  title: 'Invite friends',
  link: 'Invitation link',
  copy: 'Copy link',
  copied: 'Link copied',
  copyByHand: 'The link is selected: copy it by hand.',
  share: 'Share…',
  shareText: (title: string) => `Watch “${title}” with me`,
  code: 'QR code of the invitation link',
  renew: 'Make a new link',
};
