/** Rooms: opening, entering, leaving, closing, and what was said in them. */
import type { RoomEvent } from '../room/frames';
import { answer, api, open } from './client';
import type { Control, Page, RoomView, Ticket } from './types';

export const MESSAGES_PAGE_SIZE = 50;
/** The most that one answer holds. */
export const MESSAGES_PAGE_SIZE_MAX = 100;

export function createRoom(
  movieId: string,
  control: Control,
): Promise<{ link: string; room_id: string }> {
  return answer(api.POST('/api/v1/room/', { body: { movie_id: movieId, control } }));
}

/** My rooms, newest first; with a query those whose film's title contains it. */
export function myRooms(page: number, size: number, query = ''): Promise<Page<RoomView>> {
  const search = query ? { query } : {};
  return answer(api.GET('/api/v1/rooms', { params: { query: { ...search, page, size } } }));
}

export function room(roomId: string): Promise<RoomView> {
  return answer(api.GET('/api/v1/room/{room_id}', inRoom(roomId)));
}

/** Makes me a member; 409 when I am one. */
export function joinRoom(roomId: string): Promise<Ticket> {
  const headers = { Accept: 'application/json' };
  return answer(api.GET('/api/v1/room/{room_id}/join', { ...inRoom(roomId), headers }));
}

/** A ticket for a member; `session` keeps this tab's identity. 403 when I am no member. */
export function ticket(roomId: string, session: string | null): Promise<Ticket> {
  const body = session ? { session } : {};
  return answer(api.POST('/api/v1/room/{room_id}/ticket', { ...inRoom(roomId), body }));
}

export async function leaveRoom(roomId: string): Promise<void> {
  await answer(api.POST('/api/v1/room/{room_id}/disconnect', inRoom(roomId)));
}

export async function closeRoom(roomId: string): Promise<void> {
  await answer(api.POST('/api/v1/room/{room_id}/close', inRoom(roomId)));
}

/** Puts a member out for good; for the owner. */
export async function removeMember(roomId: string, userId: string): Promise<void> {
  const params = { params: { path: { room_id: roomId, user_id: userId } } };
  await answer(api.DELETE('/api/v1/room/{room_id}/members/{user_id}', params));
}

/** A new link into the room. */
export async function invite(roomId: string): Promise<string> {
  return (await answer(api.POST('/api/v1/room/{room_id}/invite', inRoom(roomId)))).link;
}

/**
 * Follows a link; done where it leads into a room, and refused where it does not. A room is another
 * page's matter, so the way there is not gone.
 */
export async function followInvite(code: string): Promise<void> {
  const headers = { Accept: 'application/json' };
  const call = open.GET('/i/{code}', { params: { path: { code } }, headers, redirect: 'manual' });
  if ((await call).response.type !== 'opaqueredirect') await answer(call);
}

export interface MessagePage {
  /** Newest first. */
  items: RoomEvent[];
  has_more: boolean;
  /** What to ask with to go on; nothing at the end. A search may go on after an empty page. */
  next_before: number | null;
}

/** What happened before event `before`; with a query only the chat lines that contain it. */
export async function messages(
  roomId: string,
  before: number | null,
  query = '',
  limit = MESSAGES_PAGE_SIZE,
): Promise<MessagePage> {
  const older = before === null ? {} : { before };
  const search = query ? { query } : {};
  const params = { path: { room_id: roomId }, query: { ...older, ...search, limit } };
  const page = await answer(api.GET('/api/v1/room/{room_id}/messages', { params }));
  // The document says of a body only that it is JSON; events are the same here and on the socket.
  const { has_more, next_before = null } = page;
  return { items: page.items as RoomEvent[], has_more, next_before };
}

/** Takes the words of a line away from everyone, in an open room or a past one. */
export async function deleteMessage(roomId: string, seq: number): Promise<void> {
  const params = { params: { path: { room_id: roomId, seq } } };
  await answer(api.DELETE('/api/v1/room/{room_id}/messages/{seq}', params));
}

function inRoom(roomId: string) {
  return { params: { path: { room_id: roomId } } };
}
