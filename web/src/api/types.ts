/** The bodies of HTTP answers, under the names the page uses. */
import type { RoomEvent } from '../room/frames';

export interface User {
  id: string;
  name: string;
}

export interface Page<Item> {
  items: Item[];
  /** Elements of the whole list. */
  total: number;
  /** Counts from 1. */
  page: number;
  size: number;
}

export interface Source {
  url: string;
  type: string;
}

export interface Film {
  id: string;
  title: string;
  year?: number | null;
  description: string;
  poster?: string | null;
  /** 0 while unknown. */
  duration_ms: number;
  /** Best first. */
  sources: Source[];
}

/** A film as the API tells it to me. */
export interface Movie extends Film {
  wanted: boolean;
  /** Friends of mine who want it. */
  friends: User[];
}

export interface Match {
  movie: Film;
  friends: User[];
}

export type RoomStatus = 'creating' | 'open' | 'closed' | 'archived' | 'aborted';

export interface RoomView {
  id: string;
  movie: { id: string; title: string; duration_ms: number };
  owner: User;
  status: RoomStatus;
  control: 'everyone' | 'owner';
  members_count: number;
  /** RFC 3339. */
  created_at: string;
  link?: string | null;
}

export interface Ticket {
  ticket: string;
  ws_url: string;
  session: string;
}

export interface MessagePage {
  /** Newest first. */
  items: RoomEvent[];
  has_more: boolean;
}

export interface Tokens {
  user_id: string;
  access_token: string;
  refresh_token: string;
  /** Seconds. */
  expires_in: number;
}

export type FriendStatus = 'requested' | 'friends';
