/** English. Every text a person can read stands here. */
import type { ClosedReason, RoomEvent } from '../room/frames';
import { plural, position } from './forms';

const LOCALE = 'en';
const count = plural(LOCALE);
const lists = new Intl.ListFormat(LOCALE, { type: 'conjunction' });
const times = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const dates = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

/** Names shown one by one before the rest becomes a number. */
const NAMES_SHOWN_MAX = 2;

function people(names: readonly string[]): string {
  if (names.length <= NAMES_SHOWN_MAX) return lists.format(names);
  const others = names.length - 1;
  return lists.format([
    names[0] ?? '',
    count(others, { one: '# other friend', other: '# other friends' }),
  ]);
}

export const en = {
  app: 'Movie Together',
  skip: 'Skip to content',
  notFound: 'There is no such page.',
  loading: 'Loading…',
  retry: 'Try again',
  more: 'Show more',
  close: 'Close',
  cancel: 'Cancel',
  time: (ms: number) => times.format(ms),
  date: (value: number | string) => dates.format(new Date(value)),
  minutes: (ms: number) => `${Math.max(1, Math.round(ms / 60_000))} min`,

  errors: {
    network: 'The server cannot be reached. Check the connection and try again.',
    unexpected: 'Something went wrong. Please try again.',
    status: (status: number) =>
      status >= 500
        ? 'The server cannot do this right now. Please try again.'
        : `The server refused this (${status}).`,
  },

  nav: {
    label: 'Main',
    films: 'Films',
    people: 'People',
    signOut: 'Sign out',
    signedInAs: (name: string) => `Signed in as ${name}`,
  },

  sign: {
    inTitle: 'Sign in',
    upTitle: 'Create an account',
    invited: 'You are invited to a room. Sign in to join your friends.',
    intro: 'Pick a film with friends, open a room, send one link.',
    email: 'E-mail',
    password: 'Password',
    passwordHint: 'At least 8 characters',
    name: 'Your name',
    nameHint: 'This is what others see',
    in: 'Sign in',
    up: 'Sign up',
    toUp: 'New here? Create an account',
    toIn: 'Already have an account? Sign in',
  },

  home: {
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
  },

  film: {
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
  },

  invite: {
    title: 'Invite friends',
    ready: 'Your room is open. Send this link to your friends.',
    link: 'Invitation link',
    copy: 'Copy link',
    copied: 'Link copied',
    share: 'Share…',
    shareText: (title: string) => `Watch “${title}” with me`,
    code: 'QR code of the invitation link',
    go: 'Go to the room',
    renew: 'Make a new link',
  },

  people: {
    title: 'People',
    search: 'Find people by name',
    find: 'Find',
    found: 'Found',
    nobody: (query: string) => `Nobody is called “${query}”.`,
    requests: 'Want to be your friends',
    friends: 'Your friends',
    noFriends: 'No friends yet. Find someone by name and ask.',
    ask: 'Ask to be friends',
    asked: 'Asked',
    accept: 'Accept',
    decline: 'Decline',
    remove: 'Remove',
    isFriend: 'Friends',
    you: 'You',
    labelled: (act: string, name: string) => `${act}: ${name}`,
    nowFriends: (name: string) => `You and ${name} are friends now.`,
    askSent: (name: string) => `${name} has been asked.`,
  },

  roomStatus: {
    creating: 'Opening',
    open: 'Open',
    closed: 'Closed',
    archived: 'Archived',
    aborted: 'Never opened',
  },

  room: {
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
      `Waiting for ${lists.format(names)}, ${seconds} s`,
    history: 'What was said',
  },

  chat: {
    title: 'Chat',
    write: 'Write a message',
    send: 'Send',
    sending: 'sending…',
    refused: (reason: string) => `Not sent: ${reason}`,
    tooLong: (over: number) =>
      count(over, { one: '# character too long', other: '# characters too long' }),
    typing: (names: readonly string[]) =>
      `${people(names)} ${names.length === 1 ? 'is' : 'are'} typing…`,
    reply: 'Reply',
    replyTo: (name: string) => `Reply to ${name}`,
    replyingTo: (name: string) => `Replying to ${name}`,
    stopReply: 'Do not reply',
    delete: 'Delete',
    deleteLabel: (text: string) => `Delete: ${text}`,
    redacted: 'This message was deleted.',
    older: 'Show older messages',
    latest: 'New messages',
    someone: 'Someone',
  },

  player: {
    label: 'Film',
    play: 'Play',
    pause: 'Pause',
    replay: 'Play again',
    seek: 'Position in the film',
    positionOf: (ms: number, lengthMs: number) => `${position(ms)} of ${position(lengthMs)}`,
    volume: 'Volume',
    mute: 'Mute',
    unmute: 'Unmute',
    unmuteBig: 'Tap to unmute',
    tapToPlay: 'Tap to play',
    rate: 'Speed',
    fullscreen: 'Full screen',
    leaveFullscreen: 'Leave full screen',
    settings: 'Player settings',
    offset: 'Your own offset, ms (for a slow screen)',
    inStep: (driftMs: number) => `in step: ${Math.abs(Math.round(driftMs))} ms`,
    catchingUp: (driftMs: number) =>
      `${(Math.abs(driftMs) / 1000).toFixed(1)} s ${driftMs > 0 ? 'ahead' : 'behind'}`,
    buffering: 'Buffering…',
    keys: 'Space or K: play and pause. Arrows: seek, volume. F: full screen. M: mute.',
    fault: {
      unsupported: 'This browser cannot play the film.',
      network: 'The film cannot be loaded. Check the connection.',
      broken: 'The film cannot be played.',
    },
  },

  /** What happened, as a line in the chat; null for what is no news. */
  event: (event: RoomEvent, who: string, titleNow: string): string | null => {
    switch (event.event) {
      case 'room_created':
        return `${who} opened the room for “${event.body.title}”`;
      case 'member_joined':
        return `${who} joined`;
      case 'member_left':
        return event.body.reason === 'removed' ? `${who} was removed` : `${who} left`;
      case 'play':
        return `${who} pressed play at ${position(event.body.position_ms)}`;
      case 'pause':
        return `${who} paused at ${position(event.body.position_ms)}`;
      case 'seek':
        return `${who} jumped to ${position(event.body.position_ms)}`;
      case 'rate':
        return `${who} set the speed to ${event.body.rate}×`;
      case 'movie_changed':
        return `${who} put on “${event.body.title}”`;
      case 'ended':
        return `“${titleNow}” has ended`;
      case 'room_closed':
        return en.room.closedBecause[event.body.reason] ?? en.room.ended.closed;
      default:
        return null;
    }
  },
};
