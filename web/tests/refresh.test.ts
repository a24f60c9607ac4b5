import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/errors';
import type { Tokens } from '../src/api/types';
import { REFRESH_AHEAD_MS, TokenKeeper } from '../src/session/refresh';
import { type StoredTokens, storable, type TokenStore } from '../src/session/tokens';

const NOW_MS = 1_000_000;

function stored(turn: number, endsInMs: number): StoredTokens {
  return {
    userId: 'petr',
    name: 'Petr',
    accessToken: `access-${turn}`,
    refreshToken: `refresh-${turn}`,
    accessEndsAtMs: NOW_MS + endsInMs,
  };
}

function fresh(turn: number): Tokens {
  return {
    user_id: 'petr',
    access_token: `access-${turn}`,
    refresh_token: `refresh-${turn}`,
    expires_in: 900,
  };
}

describe('token keeper', () => {
  let held: StoredTokens | null;
  let trade: ReturnType<typeof vi.fn<(refreshToken: string) => Promise<Tokens>>>;

  const store: TokenStore = {
    read: () => held,
    write: (tokens) => {
      held = tokens;
    },
  };

  function keeper(exclusively = <T>(work: () => Promise<T>) => work()): TokenKeeper {
    return new TokenKeeper({ store, trade, exclusively, nowMs: () => NOW_MS, random: () => 0 });
  }

  beforeEach(() => {
    held = stored(1, 900_000);
    trade = vi.fn(async () => fresh(2));
  });

  it('gives what it has while that lives', async () => {
    expect(await keeper().accessToken()).toBe('access-1');
    expect(trade).not.toHaveBeenCalled();
  });

  it('has nothing for who is not signed in', async () => {
    held = null;
    expect(await keeper().accessToken()).toBeNull();
    expect(await keeper().replace('access-1')).toBeNull();
  });

  it.each([
    [REFRESH_AHEAD_MS + 1, 'access-1'],
    [REFRESH_AHEAD_MS, 'access-2'],
    [-1, 'access-2'],
  ])('with %i ms left gives %s', async (endsInMs, token) => {
    held = stored(1, endsInMs);
    expect(await keeper().accessToken()).toBe(token);
  });

  it('refreshes once for all who wait', async () => {
    held = stored(1, 0);
    const one = keeper();
    const tokens = await Promise.all([
      one.accessToken(),
      one.accessToken(),
      one.replace('access-1'),
    ]);
    expect(tokens).toEqual(['access-2', 'access-2', 'access-2']);
    expect(trade).toHaveBeenCalledExactlyOnceWith('refresh-1');
    expect(held?.refreshToken).toBe('refresh-2');
    expect(held?.accessEndsAtMs).toBe(NOW_MS + 900_000);
  });

  it('leaves it to the tab that was quicker', async () => {
    held = stored(1, 0);
    const behindAnother = keeper(async (work) => {
      held = stored(7, 900_000);
      return work();
    });
    expect(await behindAnother.accessToken()).toBe('access-7');
    expect(trade).not.toHaveBeenCalled();
  });

  it('replaces a token that was refused although it should live', async () => {
    expect(await keeper().replace('access-1')).toBe('access-2');
    expect(await keeper().replace('access-1')).toBe('access-2');
    expect(trade).toHaveBeenCalledTimes(1);
  });

  it('signs out when the refresh token is refused', async () => {
    trade.mockRejectedValue(new ApiError(401, 'unauthorized', ''));
    expect(await keeper().replace('access-1')).toBeNull();
    expect(held).toBeNull();
  });

  it.each([0, 429, 503])('stays signed in when Auth answers %i', async (status) => {
    trade.mockRejectedValueOnce(new ApiError(status, 'x', ''));
    const one = keeper();
    await expect(one.replace('access-1')).rejects.toBeInstanceOf(ApiError);
    expect(held?.refreshToken).toBe('refresh-1');
    expect(await one.replace('access-1')).toBe('access-2');
  });
});

describe('stored tokens', () => {
  it('take the name out of the token, in any alphabet', () => {
    const claims = btoa(String.fromCharCode(...new TextEncoder().encode('{"name":"Пётр"}')));
    const payload = claims.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    expect(storable({ ...fresh(1), access_token: `h.${payload}.s` }, 0).name).toBe('Пётр');
  });

  it('are nameless when the token cannot be read', () => {
    expect(storable(fresh(1), 0).name).toBe('');
  });
});
