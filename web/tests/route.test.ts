import { describe, expect, it } from 'vitest';
import { routeOf } from '../src/route.svelte';

describe('route', () => {
  it.each([
    ['/', { page: 'home' }],
    ['/people', { page: 'people' }],
    ['/film/abc', { page: 'film', id: 'abc' }],
    ['/room/abc', { page: 'room', id: 'abc' }],
    ['/room/abc/', { page: 'room', id: 'abc' }],
    ['/room', { page: 'unknown' }],
    ['/room/abc/more', { page: 'unknown' }],
    ['/docs', { page: 'unknown' }],
    ['/i/abcdefgh', { page: 'unknown' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });
});
