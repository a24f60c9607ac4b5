import type { RoomEvent } from '../../room/frames';
import { position } from '../forms';
import { room } from './room';
import { number } from './words';

/** What happened, in words that ask for no gender of the one who did it. */
export function event(event: RoomEvent, who: string, titleNow: string): string | null {
  switch (event.event) {
    case 'room_created':
      return `${who} открывает комнату: «${event.body.title}»`;
    case 'member_joined':
      return `${who} входит`;
    case 'member_left':
      return event.body.reason === 'removed' ? `${who} больше не в комнате` : `${who} выходит`;
    case 'play':
      return `${who} включает фильм с ${position(event.body.position_ms)}`;
    case 'pause':
      return `${who} ставит на паузу на ${position(event.body.position_ms)}`;
    case 'seek':
      return `${who} переходит к ${position(event.body.position_ms)}`;
    case 'rate':
      return `${who} меняет скорость на ${number(event.body.rate)}×`;
    case 'movie_changed':
      return `${who} ставит «${event.body.title}»`;
    case 'ended':
      return `Фильм «${titleNow}» закончился`;
    case 'room_closed':
      return room.closedBecause[event.body.reason] ?? 'Комната закрыта';
    default:
      return null;
  }
}
