/** Words that many screens share, and what they all show when something fails. */
import { date, time } from './words';

export const common = {
  app: 'Movie Together',
  skip: 'Skip to content',
  notFound: 'There is no such page.',
  loading: 'Loading…',
  retry: 'Try again',
  more: 'Show more',
  close: 'Close',
  cancel: 'Cancel',
  time,
  date,
  minutes: (ms: number) => `${Math.max(1, Math.round(ms / 60_000))} min`,

  errors: {
    network: 'The server cannot be reached. Check the connection and try again.',
    unexpected: 'Something went wrong. Please try again.',
    status: (status: number) =>
      status >= 500
        ? 'The server cannot do this right now. Please try again.'
        : `The server refused this (${status}).`,
  },
};
