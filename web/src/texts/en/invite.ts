export const invite = {
  title: 'Invite friends',
  ready: 'Your room is open. Send this link to your friends.',
  link: 'Invitation link',
  copy: 'Copy link',
  copied: 'Link copied',
  copyByHand: 'The link is selected: copy it by hand.',
  share: 'Share…',
  shareText: (title: string) => `Watch “${title}” with me`,
  code: 'QR code of the invitation link',
  go: 'Go to the room',
  renew: 'Make a new link',
};
