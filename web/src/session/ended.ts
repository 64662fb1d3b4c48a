const listeners = new Set<() => void>();

/** Hears that the API no longer knows who asks. */
export function onSessionEnded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const sessionEnded = (): void => listeners.forEach((listener) => listener());
