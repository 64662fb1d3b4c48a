const listeners = new Set<() => void>();

/** Hears that the API no longer knows who asks, or refused what the page took to be allowed. */
export function onSessionDoubted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const sessionDoubted = (): void => listeners.forEach((listener) => listener());
