import { beforeEach, describe, expect, it } from 'vitest';
import { address, routeOf } from '../src/route.svelte';

describe('route', () => {
  it.each([
    ['/', { page: 'home' }],
    ['/people', { page: 'people' }],
    ['/evenings', { page: 'evenings' }],
    ['/settings/', { page: 'settings' }],
    ['/film/abc', { page: 'film', id: 'abc' }],
    ['/room/abc', { page: 'room', id: 'abc' }],
    ['/room/abc/', { page: 'room', id: 'abc' }],
    ['/evening/abc', { page: 'evening', id: 'abc' }],
    ['/room', { page: 'unknown' }],
    ['/people/abc', { page: 'unknown' }],
    ['/room/abc/more', { page: 'unknown' }],
    ['/docs', { page: 'unknown' }],
    ['/i/abcdefgh', { page: 'invite', code: 'abcdefgh' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });
});

describe('address', () => {
  beforeEach(() => address.go('/'));

  it('keeps what is searched for, whatever it is', () => {
    address.search('Aurora & “Nothing”?');
    expect(address.query).toBe('Aurora & “Nothing”?');
    expect(new URLSearchParams(location.search).get('query')).toBe('Aurora & “Nothing”?');
    address.search('');
    expect(location.search).toBe('');
  });

  it('forgets the search of another page', () => {
    address.search('Aurora');
    address.go('/people');
    expect([address.route, address.query]).toEqual([{ page: 'people' }, '']);
  });

  it('adds no step back for a search or a replaced page', () => {
    const steps = history.length;
    address.search('Aurora');
    address.replace('/evening/abc');
    expect(history.length).toBe(steps);
    expect(address.route).toEqual({ page: 'evening', id: 'abc' });
  });

  it('takes a word for one visit only', () => {
    address.go('/room/abc#invite');
    expect(address.route).toEqual({ page: 'room', id: 'abc' });
    expect([address.takeHash('#invite'), address.takeHash('#invite')]).toEqual([true, false]);
    expect(location.hash).toBe('');
  });

  it('follows a link with what it searches for', () => {
    const link = document.createElement('a');
    link.href = '/evenings?query=Aurora';
    document.body.append(link);
    link.click();
    expect([address.route, address.query]).toEqual([{ page: 'evenings' }, 'Aurora']);
  });
});
