/** People and friendship. Both must want it: an ask from each side makes friends. */
import { answer, api } from './client';
import type { FriendStatus, Page, User } from './types';

export const PEOPLE_PAGE_SIZE = 50;

export function findPeople(query: string, page: number): Promise<Page<User>> {
  return answer(
    api.GET('/auth/v1/users', { params: { query: { query, page, size: PEOPLE_PAGE_SIZE } } }),
  );
}

/** People by id; unknown ids are left out. */
export async function peopleByIds(ids: readonly string[]): Promise<User[]> {
  if (ids.length === 0) return [];
  const query = { ids: ids.join(',') };
  return (await answer(api.GET('/auth/v1/users', { params: { query } }))).items;
}

export function friends(userId: string, page: number): Promise<Page<User>> {
  return answer(
    api.GET('/auth/v1/users/{id}/friends', {
      params: { path: { id: userId }, query: { page, size: PEOPLE_PAGE_SIZE } },
    }),
  );
}

/** Who asks me. */
export function friendRequests(page: number): Promise<Page<User>> {
  return answer(
    api.GET('/auth/v1/friend-requests', { params: { query: { page, size: PEOPLE_PAGE_SIZE } } }),
  );
}

/** Asks, or accepts when the other has asked already. */
export async function befriend(userId: string): Promise<FriendStatus> {
  const params = { params: { path: { id: userId } } };
  return (await answer(api.POST('/auth/v1/friends/{id}', params))).status;
}

/** Ends a friendship or declines an ask. */
export async function unfriend(userId: string): Promise<void> {
  await answer(api.DELETE('/auth/v1/friends/{id}', { params: { path: { id: userId } } }));
}
