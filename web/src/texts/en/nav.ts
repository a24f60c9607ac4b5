import { count } from './words';

export const nav = {
  label: 'Main',
  films: 'Films',
  people: 'People',
  evenings: 'Evenings',
  settings: 'Settings',
  /** Beside “People”: how many ask to be friends. */
  requests: (asking: number) =>
    count(asking, { one: '# friend request', other: '# friend requests' }),
  signOut: 'Sign out',
  signedInAs: (name: string) => `Signed in as ${name}`,
};
