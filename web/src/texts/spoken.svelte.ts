/** Which dictionary is spoken now. Who reads it is told when another one is. */
import type { Texts } from './en';

let dictionary = $state.raw<Texts>();

export const spoken = {
  get texts(): Texts {
    if (!dictionary) throw new Error('no language is spoken yet: call speak() first');
    return dictionary;
  },
  set texts(texts: Texts) {
    dictionary = texts;
  },
};
