import type { EndReason } from '../../room/backoff';
import type { ClosedReason } from '../../room/frames';
import { list } from './words';

const REFUSED: Readonly<Record<string, string>> = {
  closed: 'The room is closed.',
  invalid: 'The room cannot read this.',
  no_such_message: 'There is no such message any more.',
  no_such_movie: 'There is no such film.',
  not_allowed: 'Only the owner of the room may do this.',
  not_member: 'You are not in this room.',
  room_too_long: 'The room has reached its greatest length.',
  too_many: 'That was too fast; wait a moment.',
  unsure: 'It may have been sent: look before you send it again.',
};

export const room = {
  of: (owner: string) => `${owner}’s room`,
  members: 'In the room',
  you: 'you',
  owner: 'owner',
  buffering: 'buffering',
  leave: 'Leave',
  remove: (name: string) => `Remove ${name}`,
  removeSure: (name: string) => `Remove ${name} from the room? No link will lead them back.`,
  changeFilm: 'Change film',
  findFilm: 'Find a film',
  onNow: 'on now',
  putOnRefused: 'The film could not be changed.',
  closeRoom: 'Close room',
  closeSure: 'Close the room for everyone? Its messages stay readable.',
  closeYes: 'Close for everyone',
  onlyOwner: 'Only the owner controls the player here.',
  connecting: 'Connecting…',
  reconnecting: 'The connection is lost. Reconnecting…',
  retryingIn: (seconds: number) => `Next try in ${seconds} s.`,
  retryNow: 'Try now',
  ended: {
    closed: 'This room is closed.',
    full: 'This room is full.',
    removed: 'You were removed from this room.',
    not_found: 'There is no such room.',
    refused: 'This room cannot be entered.',
    left: 'You have left this room.',
    too_many_tabs: 'This room is open in too many tabs.',
  } satisfies Record<EndReason, string>,
  endedHint: {
    closed: 'What was said in it stays readable.',
    full: 'Somebody has to leave before you can come in.',
    removed: 'Its owner has put you out; no link leads back.',
    not_found: 'Check the link, or ask for a new one.',
    refused: 'Reload the page, or ask for a new link.',
    left: 'The others are still there.',
    too_many_tabs: 'Close another tab of this room first.',
  } satisfies Record<EndReason, string>,
  closedBecause: {
    owner: 'The owner has closed the room.',
    ended: 'The film is over, so the room was closed.',
    empty: 'Nobody was here, so the room was closed.',
    too_old: 'The room was open for too long and was closed.',
  } satisfies Record<ClosedReason, string>,
  rejoin: 'Join again',
  enterAgain: 'Try again',
  home: 'Back to films',
  opening: 'This room is being opened…',
  waitingFor: (names: readonly string[], seconds: number) =>
    `Waiting for ${list(names)}, ${seconds} s`,
  /** Why the room did not take what a person asked for, by its word for it. */
  refused: (code: string): string => REFUSED[code] ?? 'The room did not accept this.',
};
