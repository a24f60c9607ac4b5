import { describe, expect, it } from 'vitest';
import { OFFSETS_KEPT_MAX, offsetsFrom, withOffset } from '../src/player/offsets';
import { keptFrom } from '../src/player/preferences.svelte';
import { RATES, rateAfter } from '../src/player/rates';
import { OFFSET_MAX_MS } from '../src/settings/stored';

describe('what a player keeps', () => {
  it('is read back as it was', () => {
    const kept = { ...keptFrom(null), volume: 0.4, muted: true, subtitlesOn: true };
    const subtitles = { language: 'ru', label: 'Русские' };
    const stored = JSON.parse(JSON.stringify({ ...kept, subtitles, offsets: [['film', 120]] }));
    expect(keptFrom(stored)).toEqual({ ...kept, subtitles, offsets: new Map([['film', 120]]) });
  });

  it('is the usual wherever it makes no sense', () => {
    const usual = keptFrom(null);
    for (const stored of [undefined, 7, 'x', [], { volume: 3, muted: 'yes', subtitleSize: 'vast' }])
      expect(keptFrom(stored)).toEqual(usual);
    expect(keptFrom({ volume: Number.NaN, subtitles: { language: 1 } })).toEqual(usual);
  });

  it('has an own offset a film, within its limits', () => {
    const offsets = withOffset(withOffset(new Map(), 'a', 40), 'b', OFFSET_MAX_MS + 1);
    expect([...offsets]).toEqual([
      ['a', 40],
      ['b', OFFSET_MAX_MS],
    ]);
    expect(withOffset(offsets, 'a', 10.4).get('a')).toBe(10);
  });

  it('forgets the offset set longest ago, one past the limit', () => {
    const ids = Array.from({ length: OFFSETS_KEPT_MAX }, (_, at) => String(at));
    let offsets = ids.reduce((kept, id) => withOffset(kept, id, 1), offsetsFrom(null));
    expect(offsets.size).toBe(OFFSETS_KEPT_MAX);
    offsets = withOffset(offsets, 'one more', 1);
    expect(offsets.size).toBe(OFFSETS_KEPT_MAX);
    expect(offsets.has('0')).toBe(false);
  });
});

describe('rates', () => {
  it('go a step and stay at their ends', () => {
    expect(rateAfter(1, 1)).toBe(1.25);
    expect(rateAfter(RATES[0], -1)).toBe(RATES[0]);
    expect(rateAfter(2, 1)).toBe(2);
    expect(rateAfter(1.1, -1)).toBe(1);
  });
});
