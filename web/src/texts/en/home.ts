import { count } from './words';

export const home = {
  title: 'Films',
  matches: 'You and your friends want these',
  noMatchesTitle: 'What will you watch together?',
  noMatches: 'Mark films you want to watch. When a friend wants one too, it is shown here.',
  findPeople: 'Find friends',
  catalogue: 'All films',
  search: 'Search films',
  nothing: (query: string) => (query ? `No film matches “${query}”.` : 'There are no films yet.'),
  clear: 'Show all films',
  rooms: 'Open now',
  inside: (members: number) => count(members, { one: '# person inside', other: '# people inside' }),
  enter: 'Enter',
  enterLabel: (title: string) => `Enter the room: ${title}`,
  moreMatches: 'Show more matches',
  moreFilms: 'Show more films',
};
