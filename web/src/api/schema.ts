/** The calls the page makes, in the shape that openapi-typescript gives them. */
import type {
  FriendStatus,
  Match,
  MessagePage,
  Movie,
  Page,
  RoomView,
  Ticket,
  Tokens,
  User,
} from './types';

interface Answers<Body> {
  200: { content: { 'application/json': Body } };
}
interface Nothing {
  204: { content: { 'application/json': undefined } };
}
type Parameters<Path, Query> = ([Path] extends [never] ? { path?: never } : { path: Path }) & {
  query?: Query;
};
interface Call<Body, Path = never, Query = never> {
  parameters: Parameters<Path, Query>;
  responses: Answers<Body>;
}
interface Send<Content, Body, Path = never> {
  parameters: Parameters<Path, never>;
  requestBody: { content: { 'application/json': Content } };
  responses: Answers<Body>;
}
interface Silent<Path> {
  parameters: Parameters<Path, never>;
  responses: Nothing;
}

interface Paging {
  page?: number;
  size?: number;
}
interface InRoom {
  room_id: string;
}
interface Done {
  success: boolean;
}

export interface paths {
  '/api/v1/room/': {
    post: Send<
      { movie_id: string; title?: string; control?: 'everyone' | 'owner' },
      { link: string; room_id: string }
    >;
  };
  '/api/v1/room/{room_id}': { get: Call<RoomView, InRoom> };
  '/api/v1/room/{room_id}/join': { get: Call<Ticket, InRoom> };
  '/api/v1/room/{room_id}/ticket': { post: Send<{ session?: string }, Ticket, InRoom> };
  '/api/v1/room/{room_id}/disconnect': { post: Call<Done, InRoom> };
  '/api/v1/room/{room_id}/invite': { post: Call<{ link: string }, InRoom> };
  '/api/v1/room/{room_id}/close': { post: Call<Done, InRoom> };
  '/api/v1/room/{room_id}/messages': {
    get: Call<MessagePage, InRoom, { before?: number; limit?: number }>;
  };
  '/api/v1/rooms': { get: Call<Page<RoomView>, never, Paging> };
  '/api/v1/matches': { get: Call<Page<Match>, never, Paging> };
  '/api/v1/movies': { get: Call<Page<Movie>, never, Paging & { query?: string }> };
  '/api/v1/movies/{movie_id}': { get: Call<Movie, { movie_id: string }> };
  '/api/v1/want-to-watch/{movie_id}': {
    put: Silent<{ movie_id: string }>;
    delete: Silent<{ movie_id: string }>;
  };
  '/auth/v1/signup': { post: Send<{ email: string; password: string; name: string }, Tokens> };
  '/auth/v1/login': { post: Send<{ email: string; password: string }, Tokens> };
  '/auth/v1/refresh': { post: Send<{ refresh_token: string }, Tokens> };
  '/auth/v1/logout': { post: Send<{ refresh_token: string }, undefined> };
  '/auth/v1/users': { get: Call<Page<User>, never, Paging & { query?: string; ids?: string }> };
  '/auth/v1/users/{id}/friends': { get: Call<Page<User>, { id: string }, Paging> };
  '/auth/v1/friend-requests': { get: Call<Page<User>, never, Paging> };
  '/auth/v1/friends/{id}': {
    post: Call<{ status: FriendStatus }, { id: string }>;
    delete: Silent<{ id: string }>;
  };
}
