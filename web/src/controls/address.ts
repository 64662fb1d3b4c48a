const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());

/** Hears of every change of the address, by the page itself or by back and forward. */
export function subscribeAddress(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', tell);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', tell);
  };
}

/** `push` is a step that back goes back over; `replace` leaves the history as it is. */
export type HowToChange = 'push' | 'replace';

/** Changes the address without loading anything. */
export function changeAddress(address: string, how: HowToChange): void {
  window.history[how === 'push' ? 'pushState' : 'replaceState'](null, '', address);
  tell();
}
