import { people } from './words';

export const film = {
  want: 'Want to watch',
  wanted: 'On your list',
  wantLabel: (title: string) => `Want to watch: ${title}`,
  wantToo: (names: readonly string[]) =>
    `${people(names)} ${names.length === 1 ? 'wants' : 'want'} this too`,
  invite: 'Invite friends',
  control: 'Who controls the player',
  everyone: 'Everyone',
  owner: 'Only you',
  opening: 'Opening a room…',
  alreadyOpen: (title: string) => `You already have an open room, for “${title}”.`,
  closeAndOpen: 'Close it and open this film',
  notFound: 'There is no such film.',
};
