/** Frames as the server sends them, to start examples from. */
import type { EventBodies, EventKind, RoomEvent, Welcome } from '../src/room/frames';
import { playback, ROOM_NOW_MS } from './playback';

export const VASILY = '018f0000-0000-7000-8000-000000000001';
export const PETR = '018f0000-0000-7000-8000-000000000002';

export function event<Kind extends EventKind>(
  seq: number,
  kind: Kind,
  body: EventBodies[Kind],
  more: Partial<RoomEvent> = {},
): RoomEvent {
  const bare = { type: 'event', seq, at: ROOM_NOW_MS + seq, user: VASILY, event: kind, body };
  return { ...bare, ...more } as RoomEvent;
}

export function chat(seq: number, text: string, user = VASILY): RoomEvent {
  return event(seq, 'chat', { text, reply_to: null }, { user });
}

export function welcome(change: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    epoch: 'one',
    seq: 2,
    server_time: ROOM_NOW_MS,
    you: { user_id: PETR, name: 'Petr', session: 'tab', client_seq: 0 },
    room: {
      id: 'room',
      movie: { id: 'film', title: 'Dusk', duration_ms: 60_000 },
      owner: { id: VASILY, name: 'Vasily' },
      status: 'open',
      control: 'everyone',
      members_count: 2,
      created_at: '2026-11-21T10:00:00Z',
      link: null,
    },
    playback: playback({ paused: true }),
    members: [
      { user_id: VASILY, name: 'Vasily', present: true },
      { user_id: PETR, name: 'Petr', present: true },
    ],
    messages: [
      event(1, 'room_created', {
        owner: VASILY,
        owner_name: 'Vasily',
        movie_id: 'film',
        title: 'Dusk',
        duration_ms: 60_000,
        control: 'everyone',
      }),
      event(2, 'member_joined', { name: 'Petr' }, { user: PETR }),
    ],
    has_more: false,
    ...change,
  };
}
