/* global document, localStorage */
// Runs before the first paint. Without a stored choice the system's preference applies (styles/tokens.css).
try {
  const theme = localStorage.getItem('tidemark-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be blocked; the system's preference then applies.
}
