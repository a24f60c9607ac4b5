/**
 * One way out to the server. A call: token -> fetch -> answer, or an `ApiError` that says by
 * status and code what went wrong. Calls of a kind live in a file beside this one.
 */
import createClient, { type Middleware } from 'openapi-fetch';
import { texts } from '../texts/texts';
import type { paths as AuthPaths } from './auth-schema';
import { ApiError, errorOf } from './errors';
import type { paths as RoomPaths } from './schema';

type Paths = RoomPaths & AuthPaths;

/** No answer may be waited for longer than this. */
export const CALL_TIMEOUT_MS = 15_000;

export interface TokenSource {
  accessToken(): Promise<string | null>;
  replace(refused: string): Promise<string | null>;
}

let tokens: TokenSource = { accessToken: async () => null, replace: async () => null };
let onSignedOut: () => void = () => {};

/** Where calls take their token from, and whom they tell that nobody is signed in any more. */
export function useTokens(source: TokenSource, signedOut: () => void): void {
  tokens = source;
  onSignedOut = signedOut;
}

const withToken: Middleware = {
  async onRequest({ request }) {
    const token = await tokens.accessToken();
    if (token) request.headers.set('Authorization', `Bearer ${token}`);
    return request;
  },
};

/** Calls that need no token: signing up and in. */
export const open = createClient<Paths>({ baseUrl: '/', fetch: fetchInTime });
/** Calls of the signed-in person. */
export const api = createClient<Paths>({ baseUrl: '/', fetch: fetchWithFreshToken });
api.use(withToken);

/** Awaits a call and returns its body; throws `ApiError` for every refusal. */
export async function answer<Body>(
  call: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await call;
  if (!response.ok) throw errorOf(response, error, texts.errors.status(response.status));
  return data as Body;
}

/** Sends again, once, when the server refuses a token that we took for a living one. */
async function fetchWithFreshToken(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await fetchInTime(request);
  if (response.status !== 401) return response;
  const refused = (request.headers.get('Authorization') ?? '').replace('Bearer ', '');
  const token = await tokens.replace(refused);
  if (!token) {
    onSignedOut();
    return response;
  }
  again.headers.set('Authorization', `Bearer ${token}`);
  return fetchInTime(again);
}

async function fetchInTime(request: Request): Promise<Response> {
  const limit = AbortSignal.timeout(CALL_TIMEOUT_MS);
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, limit]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiError(0, 'network', texts.errors.network);
  }
}
