import { count } from './words';

export const sign = {
  inTitle: 'Sign in',
  upTitle: 'Create an account',
  invited: 'You are invited to a room. Sign in to join your friends.',
  intro: 'Pick a film with friends, open a room, send one link.',
  email: 'E-mail',
  password: 'Password',
  passwordHint: 'At least 8 characters',
  name: 'Your name',
  nameHint: 'This is what others see',
  in: 'Sign in',
  up: 'Sign up',
  showPassword: 'Show the password',
  fault: {
    name: 'Please tell your name.',
    nameLong: (most: number) =>
      count(most, { one: 'At most # character.', other: 'At most # characters.' }),
    email: 'Please give an e-mail address, such as vasily@example.org.',
    password: 'Please give your password.',
    passwordShort: (least: number) =>
      count(least, { one: 'At least # character.', other: 'At least # characters.' }),
    passwordLong: (most: number) =>
      count(most, { one: 'At most # character.', other: 'At most # characters.' }),
  },
  toUp: 'New here? Create an account',
  toIn: 'Already have an account? Sign in',
};
