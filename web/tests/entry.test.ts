import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api/errors';
import { endOfRefusal } from '../src/room/backoff';
import { Entry } from '../src/room/entry';

const { joinRoom, ticket } = vi.hoisted(() => ({ joinRoom: vi.fn(), ticket: vi.fn() }));
vi.mock('../src/api/rooms', () => ({ joinRoom, ticket }));

const entered = { ticket: 't', ws_url: 'ws://x', session: 's' };
const refusal = (status: number, code: string) => new ApiError(status, code, code);

describe('entry', () => {
  beforeEach(() => {
    sessionStorage.clear();
    joinRoom.mockReset();
    ticket.mockReset().mockResolvedValue(entered);
  });

  it('is a ticket for who turns out to be a member', async () => {
    joinRoom.mockRejectedValue(refusal(409, 'already_member'));
    expect(await new Entry('room', false).enter()).toEqual(entered);
  });

  it('of a full room is refused, not taken for a membership', async () => {
    joinRoom.mockRejectedValue(refusal(409, 'room_full'));
    await expect(new Entry('room', false).enter()).rejects.toMatchObject({ code: 'room_full' });
    expect(ticket).not.toHaveBeenCalled();
  });

  it('says by the refusal why the room is over for us', () => {
    expect(endOfRefusal(409, 'room_full')).toBe('full');
    expect(endOfRefusal(409, 'too_many_sessions')).toBe('too_many_tabs');
    expect(endOfRefusal(403, 'removed')).toBe('removed');
    expect(endOfRefusal(403, 'not_member')).toBe('refused');
    expect(endOfRefusal(404, 'no_such_room')).toBe('not_found');
    expect(endOfRefusal(410, 'closed')).toBe('closed');
    expect(endOfRefusal(422, 'invalid')).toBe('refused');
  });
});
