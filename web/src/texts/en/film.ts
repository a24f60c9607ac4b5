import { people } from './words';

export const film = {
  want: 'Want to watch',
  wantLabel: (title: string) => `Want to watch: ${title}`,
  wantToo: (names: readonly string[]) =>
    `${people(names)} ${names.length === 1 ? 'wants' : 'want'} this too`,
  invite: 'Invite friends',
  control: 'Who controls the player',
  everyone: 'Everyone',
  owner: 'Only you',
  opening: 'Opening a room…',
  inviteLabel: (title: string) => `Invite friends: ${title}`,
  oneRoom: 'One room at a time',
  goToRoom: 'Go to that room',
  alreadyOpen: (title: string) => `You already have an open room, for “${title}”.`,
  closeAndOpen: 'Close it and open this film',
  notFound: 'There is no such film.',
};
