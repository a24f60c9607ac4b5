export const home = {
  title: 'Films',
  matches: 'You and your friends want these',
  noMatches: 'No matches yet. Mark films you want to watch, and befriend people who do too.',
  findPeople: 'Find friends',
  catalogue: 'All films',
  search: 'Search films',
  nothing: (query: string) => (query ? `No film matches “${query}”.` : 'There are no films yet.'),
  rooms: 'Your rooms',
  noRooms: 'Rooms you open or join are listed here.',
  moreMatches: 'Show more matches',
  moreRooms: 'Show more rooms',
  moreFilms: 'Show more films',
};
