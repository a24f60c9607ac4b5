import type { RoomEvent } from '../../room/frames';
import { position } from '../forms';
import { room } from './room';
import { number } from './words';

/** What happened, as a line in the chat; null for what is no news. */
export function event(event: RoomEvent, who: string, titleNow: string): string | null {
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
      return `${who} set the speed to ${number(event.body.rate)}×`;
    case 'movie_changed':
      return `${who} put on “${event.body.title}”`;
    case 'ended':
      return `“${titleNow}” has ended`;
    case 'room_closed':
      return room.closedBecause[event.body.reason] ?? 'The room was closed';
    default:
      return null;
  }
}
