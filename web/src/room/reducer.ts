/**
 * What a page knows of a room, as a pure function of the frames it received. Nothing here is
 * optimistic: the state changes only by what the server said.
 */
import type { RoomView } from '../api/types';
import type {
  ChatEvent,
  Member,
  MemberStatus,
  Playback,
  RoomEvent,
  ServerFrame,
  Welcome,
} from './frames';

/** Events kept in memory; older ones are fetched again when someone scrolls up to them. */
export const EVENTS_KEPT_MAX = 2_000;
/** A `typing` is shown for this long. */
export const TYPING_SHOWN_MS = 4_000;
/** A `status` older than this says nothing about now. */
export const STATUS_FRESH_MS = 15_000;

export interface RoomState {
  epoch: string;
  /** Number of the last event. */
  seq: number;
  me: { userId: string; session: string };
  room: RoomView;
  playback: Playback;
  /** The film on now; its length is 0 while unknown. */
  movie: { id: string; title: string; duration_ms: number };
  members: readonly Member[];
  /** Oldest first. */
  events: readonly RoomEvent[];
  hasMore: boolean;
  /** Until when someone counts as typing, on the local clock. */
  typing: Readonly<Record<string, number>>;
  statuses: Readonly<Record<string, MemberStatus & { heardMs: number }>>;
}

/** `gap`: events are missing before this one, so the connection must resume. */
export type Reduced = { kind: 'changed'; state: RoomState } | { kind: 'same' } | { kind: 'gap' };

const SAME: Reduced = { kind: 'same' };

export function reduce(state: RoomState | null, frame: ServerFrame, nowMs: number): Reduced {
  if (frame.type === 'welcome') return { kind: 'changed', state: welcome(frame) };
  if (!state) return SAME;
  switch (frame.type) {
    case 'resume':
      return resume(state, frame.events);
    case 'event':
      return event(state, frame);
    case 'typing':
      return changed(state, { typing: { ...state.typing, [frame.user]: nowMs + TYPING_SHOWN_MS } });
    case 'status': {
      const { type: _, user, ...status } = frame;
      return changed(state, {
        statuses: { ...state.statuses, [user]: { ...status, heardMs: nowMs } },
      });
    }
    case 'ack':
    case 'reject':
    case 'unknown':
    case 'pong':
    case 'error':
      return SAME;
    default:
      // A frame of a later version.
      return SAME;
  }
}

/** Puts an older page (newest first, as HTTP gives it) before what is there. */
export function withOlder(
  events: readonly RoomEvent[],
  older: readonly RoomEvent[],
): readonly RoomEvent[] {
  const firstSeq = events[0]?.seq ?? Number.POSITIVE_INFINITY;
  return [...older.filter((item) => item.seq < firstSeq).reverse(), ...events];
}

/** Names of everyone the events tell of, for histories read without a `welcome`. */
export function namesIn(events: readonly RoomEvent[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (const item of events) {
    if (item.event === 'room_created' && item.body.owner_name)
      names[item.body.owner] = item.body.owner_name;
    if (item.event === 'member_joined' && item.user) names[item.user] = item.body.name;
  }
  return names;
}

function welcome(frame: Welcome): RoomState {
  return {
    epoch: frame.epoch,
    seq: frame.seq,
    me: { userId: frame.you.user_id, session: frame.you.session },
    room: frame.room,
    playback: frame.playback,
    movie: frame.messages.reduce((movie, item) => movieAfter(movie, item), frame.room.movie),
    members: frame.members,
    events: frame.messages,
    hasMore: frame.has_more,
    typing: {},
    statuses: {},
  };
}

function resume(state: RoomState, missed: readonly RoomEvent[]): Reduced {
  let current = state;
  for (const item of missed) {
    const next = event(current, item);
    if (next.kind === 'gap') return next;
    if (next.kind === 'changed') current = next.state;
  }
  return current === state ? SAME : { kind: 'changed', state: current };
}

function event(state: RoomState, item: RoomEvent): Reduced {
  if (item.seq <= state.seq) return SAME;
  if (item.seq !== state.seq + 1) return { kind: 'gap' };
  const kept = [...redact(state.events, item), item];
  const events = kept.slice(-EVENTS_KEPT_MAX);
  const { [item.user ?? '']: _, ...typing } = state.typing;
  return changed(state, {
    seq: item.seq,
    events,
    hasMore: state.hasMore || events.length < kept.length,
    playback: item.playback ?? state.playback,
    movie: movieAfter(state.movie, item),
    members: membersAfter(state.members, item),
    statuses: statusesAfter(state.statuses, item),
    typing: item.event === 'chat' ? typing : state.typing,
  });
}

function changed(state: RoomState, change: Partial<RoomState>): Reduced {
  return { kind: 'changed', state: { ...state, ...change } };
}

function redact(events: readonly RoomEvent[], item: RoomEvent): readonly RoomEvent[] {
  if (item.event !== 'redacted') return events;
  return events.map((old) =>
    old.seq === item.body.seq && old.event === 'chat' ? withoutText(old) : old,
  );
}

function withoutText(chat: ChatEvent): ChatEvent {
  return { ...chat, body: { text: '', reply_to: chat.body.reply_to, redacted: true } };
}

function movieAfter(movie: RoomState['movie'], item: RoomEvent): RoomState['movie'] {
  if (item.event !== 'movie_changed') return movie;
  return { id: item.body.movie_id, title: item.body.title, duration_ms: item.body.duration_ms };
}

function membersAfter(members: readonly Member[], item: RoomEvent): readonly Member[] {
  const user = item.user;
  if (item.event === 'member_joined' && user) {
    const others = members.filter((member) => member.user_id !== user);
    return [...others, { user_id: user, name: item.body.name, present: true }];
  }
  if (item.event !== 'member_left') return members;
  return members.map((member) =>
    member.user_id === user ? { ...member, present: false } : member,
  );
}

function statusesAfter(statuses: RoomState['statuses'], item: RoomEvent): RoomState['statuses'] {
  if (item.event !== 'member_left' || !item.user) return statuses;
  const { [item.user]: _, ...others } = statuses;
  return others;
}
