/**
 * Goes to another page. What waits for this stays busy until the page is gone, so that nothing is pressed twice on a slow
 * line; whoever comes back to the page as it was left finds it at rest.
 */
export function leaveTo(address: string): Promise<void> {
  window.location.assign(address);
  return new Promise((resolve) => {
    window.addEventListener('pageshow', ({ persisted }) => persisted && resolve(), { once: true });
  });
}
