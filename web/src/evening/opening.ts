/** Opening a room for a film, where each person may have one open room of their own. */
import { ApiError } from '../api/errors';
import { closeRoom, createRoom, myRooms, room } from '../api/rooms';
import type { Control, RoomView } from '../api/types';

/** An open room is among the newest; nobody joins this many others after it. */
const ROOMS_LOOKED_AT = 50;
/** A room that was closed is looked at this often, and this many times, until it says so. */
const CLOSED_LOOK_PAUSE_MS = 200;
const CLOSED_LOOKS_MAX = 15;

/** `taken`: this room of the same person is open already. */
export type Opening = { kind: 'opened'; roomId: string } | { kind: 'taken'; room: RoomView };

export async function openRoom(
  movieId: string,
  control: Control,
  ownerId: string,
): Promise<Opening> {
  try {
    return { kind: 'opened', roomId: (await createRoom(movieId, control)).room_id };
  } catch (refusal) {
    const taken = refusal instanceof ApiError && refusal.code === 'room_exists';
    const standing = taken ? await openRoomOf(ownerId) : undefined;
    if (!standing) throw refusal;
    return { kind: 'taken', room: standing };
  }
}

/** Closes a room; done once its view says so, since only then it makes way for a new one. */
export async function closeForGood(roomId: string): Promise<void> {
  await closeRoom(roomId);
  for (let looks = 0; looks < CLOSED_LOOKS_MAX; looks += 1) {
    if ((await room(roomId)).status !== 'open') return;
    await new Promise((resolve) => setTimeout(resolve, CLOSED_LOOK_PAUSE_MS));
  }
}

async function openRoomOf(ownerId: string): Promise<RoomView | undefined> {
  const { items } = await myRooms(1, ROOMS_LOOKED_AT);
  return items.find(({ status, owner }) => status === 'open' && owner.id === ownerId);
}
