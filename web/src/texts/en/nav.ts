export const nav = {
  label: 'Main',
  films: 'Films',
  people: 'People',
  signOut: 'Sign out',
  signedInAs: (name: string) => `Signed in as ${name}`,
};
