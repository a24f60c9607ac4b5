/** Signing up, in and out. */
import { answer, open } from './client';
import type { Tokens } from './types';

export function signUp(email: string, password: string, name: string): Promise<Tokens> {
  return answer(open.POST('/auth/v1/signup', { body: { email, password, name } }));
}

export function logIn(email: string, password: string): Promise<Tokens> {
  return answer(open.POST('/auth/v1/login', { body: { email, password } }));
}

export function refresh(refreshToken: string): Promise<Tokens> {
  return answer(open.POST('/auth/v1/refresh', { body: { refresh_token: refreshToken } }));
}

export async function logOut(refreshToken: string): Promise<void> {
  await answer(open.POST('/auth/v1/logout', { body: { refresh_token: refreshToken } }));
}
