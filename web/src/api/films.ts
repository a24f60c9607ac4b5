/** The catalogue, matches and wishes. */
import { answer, api } from './client';
import type { Match, Movie, Page } from './types';

export const FILMS_PAGE_SIZE = 24;

export function films(query: string, page: number): Promise<Page<Movie>> {
  const search = query ? { query } : {};
  return answer(
    api.GET('/api/v1/movies', { params: { query: { ...search, page, size: FILMS_PAGE_SIZE } } }),
  );
}

export function film(id: string): Promise<Movie> {
  return answer(api.GET('/api/v1/movies/{movie_id}', { params: { path: { movie_id: id } } }));
}

/** Films that I and friends of mine want, most friends first. */
export function matches(page: number, size: number): Promise<Page<Match>> {
  return answer(api.GET('/api/v1/matches', { params: { query: { page, size } } }));
}

export async function setWanted(id: string, wanted: boolean): Promise<void> {
  const params = { params: { path: { movie_id: id } } };
  await answer(
    wanted
      ? api.PUT('/api/v1/want-to-watch/{movie_id}', params)
      : api.DELETE('/api/v1/want-to-watch/{movie_id}', params),
  );
}
