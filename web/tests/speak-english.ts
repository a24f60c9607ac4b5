/** Every test finds the page speaking English. */
import { beforeEach } from 'vitest';
import { speak } from '../src/texts/texts';

beforeEach(() => speak('en'));
