/**
 * The frames of `movie-together.v1`, one closed family a direction. Field names are those of the
 * wire. All times are ms; `at`, `since_ms` and `until_ms` are room time (ms since 1970).
 */
import type { Control, RoomView } from '../api/types';
import type { Hold, Playback } from '../sync/playback';

export type { Hold, Playback };

export const SUBPROTOCOL = 'movie-together.v1';

export interface Member {
  user_id: string;
  name: string;
  present: boolean;
}

export type ClosedReason = 'owner' | 'ended' | 'empty' | 'too_old';

/** What each kind of event carries. */
export interface EventBodies {
  room_created: {
    owner: string;
    owner_name?: string;
    movie_id: string;
    title: string;
    duration_ms: number;
    control: Control;
  };
  member_joined: { name: string };
  member_left: { reason: 'left' | 'gone' | 'removed' };
  chat: { text: string; reply_to: number | null; redacted?: boolean };
  play: { position_ms: number; lead_ms: number };
  pause: { position_ms: number };
  seek: { position_ms: number };
  rate: { rate: number; position_ms: number };
  movie_changed: { movie_id: string; title: string; duration_ms: number };
  hold: { reason: string; until_ms: number };
  release: Record<string, never>;
  ended: Record<string, never>;
  redacted: { seq: number };
  room_closed: { reason: ClosedReason };
}

export type EventKind = keyof EventBodies;

interface EventOf<Kind extends EventKind> {
  type: 'event';
  seq: number;
  at: number;
  user: string | null;
  event: Kind;
  body: EventBodies[Kind];
  playback?: Playback | null;
}

/** One entry of the room's history, live or read later. */
export type RoomEvent = { [Kind in EventKind]: EventOf<Kind> }[EventKind];
export type ChatEvent = EventOf<'chat'>;

export interface Welcome {
  type: 'welcome';
  epoch: string;
  seq: number;
  server_time: number;
  you: { user_id: string; name: string; session: string; client_seq: number };
  room: RoomView;
  playback: Playback;
  members: Member[];
  messages: RoomEvent[];
  has_more: boolean;
}

export interface Resume {
  type: 'resume';
  epoch: string;
  seq: number;
  server_time: number;
  events: RoomEvent[];
}

export interface MemberStatus {
  position_ms: number;
  paused: boolean;
  buffering: boolean;
  drift_ms: number;
}

export type ServerFrame =
  | Welcome
  | Resume
  | RoomEvent
  | { type: 'ack'; client_seq: number; seq: number }
  | { type: 'reject'; client_seq: number; code: string; message: string }
  | { type: 'unknown'; client_seq: number }
  | { type: 'typing'; user: string }
  | ({ type: 'status'; user: string } & MemberStatus)
  | { type: 'pong'; t: number; server_time: number }
  | { type: 'error'; code: string; message: string };

/** What a person, or their player, asks of the room. */
export type Command =
  | { type: 'chat'; text: string; reply_to: number | null }
  | { type: 'redact'; seq: number }
  | { type: 'play'; position_ms: number }
  | { type: 'pause'; position_ms: number }
  | { type: 'seek'; position_ms: number }
  | { type: 'rate'; rate: number; position_ms: number }
  | { type: 'movie_changed'; movie_id: string }
  | { type: 'hold'; reason: string }
  | { type: 'release' }
  | { type: 'ended' };

export type ClientFrame =
  | (Command & { client_seq: number })
  | { type: 'typing' }
  | ({ type: 'status' } & MemberStatus)
  | { type: 'ping'; t: number };

/** Reads a frame; null when it is not one of ours, which a page simply passes over. */
export function parseServerFrame(text: string): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(text);
    const known = typeof frame === 'object' && frame !== null && 'type' in frame;
    return known && typeof frame.type === 'string' ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
