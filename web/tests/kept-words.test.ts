import { beforeEach, describe, expect, it } from 'vitest';
import { keepWords, recallWords } from '../src/room/kept-words';

const waiting = [{ clientSeq: 3, command: { type: 'chat', text: 'hi', reply_to: null } }] as const;
const words = { waiting, refused: [] };

describe('kept words', () => {
  beforeEach(() => sessionStorage.clear());

  it('come back to the session that said them, and to no other', () => {
    keepWords('room', 'mine', words);
    expect(recallWords('room', 'mine')).toEqual(words);
    expect(recallWords('room', 'another')).toBeNull();
    expect(recallWords('other room', 'mine')).toBeNull();
  });

  it('leave nothing behind once all is judged', () => {
    keepWords('room', 'mine', words);
    keepWords('room', 'mine', { waiting: [], refused: [] });
    expect(sessionStorage).toHaveLength(0);
  });

  it('are only believed where they make sense', () => {
    const stored = {
      session: 'mine',
      waiting: [...waiting, { clientSeq: 4, command: { type: 'pause', position_ms: 1 } }, null],
      refused: [{ clientSeq: 1, command: { type: 'chat', text: 5 }, code: 'x' }],
    };
    sessionStorage.setItem('movie-together.words.room', JSON.stringify(stored));
    expect(recallWords('room', 'mine')).toEqual(words);
    sessionStorage.setItem('movie-together.words.room', '{');
    expect(recallWords('room', 'mine')).toBeNull();
  });
});
