// Runs before anything is painted, so that nobody who chose a theme sees the other one flash by.
// The choice is kept by src/settings.
try {
  const { theme } = JSON.parse(localStorage.getItem('movie-together.settings'));
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Nothing was chosen, or it cannot be read: the system's theme.
}
