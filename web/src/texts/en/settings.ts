export const settings = {
  title: 'Settings',
  onThisDevice: 'Kept on this device.',
  language: 'Language',
  theme: 'Theme',
  system: 'As on this device',
  light: 'Light',
  dark: 'Dark',
  screen: 'Slow screen',
  offset: 'Own offset, ms',
  offsetHint:
    'A screen that shows pictures late is helped by a number above zero: its film then runs that much ahead. Nobody else notices. Every room starts from it.',
  resetOffset: 'No offset',
  account: 'Account',
};
