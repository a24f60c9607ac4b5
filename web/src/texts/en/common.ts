/** Words that many screens share, and what they all show when something fails. */
import { length } from '../forms';
import { date, time } from './words';

export const common = {
  app: 'Movie Together',
  skip: 'Skip to content',
  notFound: 'There is no such page.',
  loading: 'Loading…',
  retry: 'Try again',
  more: 'Show more',
  allShown: 'That is all.',
  close: 'Close',
  cancel: 'Cancel',
  time,
  date,
  minutes: (ms: number) => {
    const { hours, minutes } = length(ms);
    return [hours && `${hours} h`, minutes && `${minutes} min`].filter(Boolean).join(' ');
  },

  errors: {
    network: 'The server cannot be reached. Check the connection and try again.',
    unexpected: 'Something went wrong. Please try again.',
    status: (status: number) =>
      status >= 500
        ? 'The server cannot do this right now. Please try again.'
        : `The server refused this (${status}).`,
    /** By the server's word for it; what has no text here is told in the server's own words. */
    byCode: {
      network: 'The server cannot be reached. Check the connection and try again.',
      unauthorized: 'Please sign in again.',
      forbidden: 'You may not do this.',
      email_taken: 'Another account has this e-mail address.',
      wrong_credentials: 'No account has this e-mail address and password.',
      too_many_friends: 'You have asked as many people as you may.',
      too_many_wishes: 'Your list is full.',
      no_such_movie: 'There is no such film.',
      no_such_room: 'There is no such room.',
      not_member: 'Only those who were in the room may do this.',
      not_owner: 'Only the owner of the room may do this.',
      no_such_message: 'There is no such message.',
      not_a_message: 'Only messages can be deleted.',
      not_your_message: 'Only its author or the owner of the room may delete a message.',
      room_exists: 'You already have an open room.',
      room_full: 'The room is full.',
      too_many_sessions: 'You have this room open in too many tabs.',
      too_many_invites: 'This room has too many links already.',
      closed: 'The room is closed.',
      too_many_requests: 'That was too quick. Wait a moment and try again.',
      away: 'The service is away for a moment. Try again.',
      internal: 'Something went wrong. Please try again.',
    } as Readonly<Record<string, string>>,
  },
};
