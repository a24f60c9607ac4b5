import { describe, expect, it } from 'vitest';
import { fileToTurnOn, nearestFile } from '../src/player/subtitles';

const english = { url: '/en.vtt', language: 'en', label: 'English' };
const described = { url: '/sdh.vtt', language: 'en', label: 'English (described)' };
const brazilian = { url: '/pt.vtt', language: 'pt-BR', label: 'Português' };
const files = [english, described, brazilian];

describe('subtitles', () => {
  it('come as they were chosen, or in that language, or in its kin', () => {
    expect(nearestFile(files, described)).toBe(described);
    expect(nearestFile(files, { language: 'EN', label: 'Anglais' })).toBe(english);
    expect(nearestFile(files, { language: 'pt', label: '' })).toBe(brazilian);
    expect(nearestFile(files, { language: 'ru', label: '' })).toBeNull();
    expect(nearestFile(files, null)).toBeNull();
  });

  it('turn on with the last choice, else the language of the page, else any', () => {
    expect(fileToTurnOn(files, described, 'pt')).toBe(described);
    expect(fileToTurnOn(files, null, 'pt')).toBe(brazilian);
    expect(fileToTurnOn(files, { language: 'ru', label: '' }, 'de')).toBe(english);
    expect(fileToTurnOn([], null, 'en')).toBeNull();
  });
});
