import type { ClosedReason } from '../../room/frames';
import { list } from './words';

export const room = {
  of: (owner: string) => `${owner}’s room`,
  members: 'In the room',
  you: 'you',
  owner: 'owner',
  buffering: 'buffering',
  leave: 'Leave',
  closeRoom: 'Close room',
  closeSure: 'Close the room for everyone? Its messages stay readable.',
  closeYes: 'Close for everyone',
  onlyOwner: 'Only the owner controls the player here.',
  connecting: 'Connecting…',
  reconnecting: 'The connection is lost. Reconnecting…',
  ended: {
    closed: 'This room is closed.',
    removed: 'You are no longer in this room.',
    not_found: 'There is no such room.',
    refused: 'This room cannot be entered.',
    left: 'You have left this room.',
  },
  closedBecause: {
    owner: 'The owner has closed the room.',
    ended: 'The film is over, so the room was closed.',
    empty: 'Nobody was here, so the room was closed.',
    too_old: 'The room was open for too long and was closed.',
  } satisfies Record<ClosedReason, string>,
  notThere: 'Only those who were in this room can read its messages.',
  rejoin: 'Join again',
  home: 'Back to films',
  opening: 'This room is being opened…',
  waitingFor: (names: readonly string[], seconds: number) =>
    `Waiting for ${list(names)}, ${seconds} s`,
  history: 'What was said',
};
