import { describe, expect, it } from 'vitest';
import { Listed, Loaded } from '../src/api/loading.svelte';
import type { Page } from '../src/api/types';

interface Named {
  id: string;
}

function page(number: number, ids: readonly string[], total: number): Page<Named> {
  return { items: ids.map((id) => ({ id })), total, page: number, size: 2 };
}

/** A list whose pages answer in turn with what `pages` holds. */
function listed(pages: ReadonlyArray<Page<Named> | Error>): Listed<Named> {
  const answers = [...pages];
  return new Listed(
    async () => {
      const next = answers.shift();
      if (!next || next instanceof Error) throw next ?? new Error('asked once too often');
      return next;
    },
    (item) => item.id,
  );
}

const ids = (list: Listed<Named>) => list.items.map((item) => item.id);

describe('listed', () => {
  it('grows page by page until all are there', async () => {
    const list = listed([page(1, ['a', 'b'], 3), page(2, ['c'], 3)]);
    await list.reload();
    expect([ids(list), list.hasMore]).toEqual([['a', 'b'], true]);
    await list.more();
    expect([ids(list), list.hasMore]).toEqual([['a', 'b', 'c'], false]);
  });

  it('shows nothing twice when the list has moved between two pages', async () => {
    const list = listed([page(1, ['b', 'c'], 3), page(2, ['c', 'd'], 4)]);
    await list.reload();
    await list.more();
    expect([ids(list), list.hasMore]).toEqual([['b', 'c', 'd'], false]);
  });

  it('ends at an empty page, whatever the total says', async () => {
    const list = listed([page(1, ['a', 'b'], 9), page(2, [], 9)]);
    await list.reload();
    await list.more();
    expect([ids(list), list.hasMore]).toEqual([['a', 'b'], false]);
  });

  it('keeps what it shows when a later page fails', async () => {
    const list = listed([page(1, ['a', 'b'], 3), new Error('away'), page(2, ['c'], 3)]);
    await list.reload();
    await list.more();
    expect([ids(list), list.error instanceof Error]).toEqual([['a', 'b'], true]);
    await list.retry();
    expect([ids(list), list.error]).toEqual([['a', 'b', 'c'], null]);
  });

  it('forgets what it has and what is on its way', async () => {
    const list = listed([page(1, ['a'], 1), page(1, ['b'], 1)]);
    await list.reload();
    const late = list.reload();
    list.forget();
    await late;
    expect([ids(list), list.total, list.ready, list.busy]).toEqual([[], 0, false, false]);
  });

  it('is settled by a failure too', async () => {
    const list = listed([new Error('away')]);
    expect(list.settled).toBe(false);
    await list.reload();
    expect([list.settled, list.ready]).toEqual([true, false]);
  });
});

describe('loaded', () => {
  it('drops an answer that a newer question has overtaken', async () => {
    const answers: Array<(value: string) => void> = [];
    const loaded = new Loaded(() => new Promise<string>((resolve) => answers.push(resolve)));
    const first = loaded.load();
    const second = loaded.load();
    answers[1]?.('new');
    answers[0]?.('old');
    await Promise.all([first, second]);
    expect([loaded.value, loaded.busy]).toEqual(['new', false]);
  });
});
