import { count, list } from './words';

export const evenings = {
  title: 'Evenings',
  search: 'Search evenings by film',
  none: 'No evenings yet. Rooms you open or join are kept here.',
  nothing: (query: string) => `No evening with a film like “${query}”.`,
  clear: 'Show all evenings',
  findFilm: 'Find a film',
  more: 'Show earlier evenings',
  status: {
    creating: 'Opening',
    open: 'Open now',
    closed: 'Being archived',
    archived: 'Archived',
    aborted: 'Never opened',
  },

  /** One evening. */
  all: 'All evenings',
  notFound: 'There is no such evening.',
  notThere: 'Only those who were in this room can read its messages.',
  toEvening: 'To its page among the evenings',
  stillOpen: 'This room is still open.',
  enter: 'Enter the room',
  notArchived:
    'The room is closed. What was said is on its way to the archive; those who were here can read it already.',
  neverOpened: 'This room never opened, so nothing was said in it.',
  watchAgain: 'The film’s page',
  /** Who was in the room: some by name, and so many more. */
  there: (names: readonly string[], more: number) => {
    const others = more > 0 ? [count(more, { one: '# other', other: '# others' })] : [];
    return `In the room: ${list([...names, ...others])}`;
  },
  history: 'What was said',
  searchWithin: 'Search what was said',
  noLines: (query: string) => `Nobody said “${query}”.`,
  empty: 'Nothing happened here.',
  older: 'Show what came before',
  moreFound: 'Show earlier lines',
  clearWithin: 'Show everything',
  export: 'Save as a file',
  exporting: (percent: number) => `Collecting what was said: ${percent} %`,
  exported: 'The file is saved.',
  deleteTitle: 'Delete this message?',
  deleteSure: 'It disappears for everyone who was here, and for good.',
  deleteYes: 'Delete for everyone',
  deleted: 'The message is deleted.',
};
