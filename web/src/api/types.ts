/**
 * The bodies of HTTP answers, under the names the page uses. They are generated from the
 * documents of the services: after a change there run `npm run generate`.
 */
import type { components as AuthComponents } from './auth-schema';
import type { components as RoomComponents } from './schema';

type RoomSchemas = RoomComponents['schemas'];
type AuthSchemas = AuthComponents['schemas'];

export type User = RoomSchemas['User'];
export type Source = RoomSchemas['Source'];
export type Film = RoomSchemas['Film'];
/** A film as the API tells it to me: wanted or not, and by which friends. */
export type Movie = RoomSchemas['MovieView'];
export type Match = RoomSchemas['Match'];
export type RoomView = RoomSchemas['RoomView'];
export type Ticket = Pick<RoomSchemas['TicketAnswer'], 'ticket' | 'ws_url' | 'session'>;
export type Control = RoomSchemas['Control'];
export type Tokens = AuthSchemas['Tokens'];
export type FriendStatus = AuthSchemas['FriendStatus'];

/** Every list of the services. */
export interface Page<Item> {
  items: Item[];
  /** Elements of the whole list. */
  total: number;
  /** Counts from 1. */
  page: number;
  size: number;
}
