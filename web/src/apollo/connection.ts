import { useSyncExternalStore } from 'react';

/** connecting: never connected yet. reconnecting: was connected, or the first tries failed. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting';

/** The state of the one WebSocket, and the wait before the next try, which a reader may cut short. */
export class Connection {
  #state: ConnectionState = 'connecting';
  /** When the figures on the page were last known to be current, ms since 1970. */
  #lostAt: number | undefined;
  readonly #listeners = new Set<() => void>();
  #stopWaiting: (() => void) | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): ConnectionState => this.#state;
  readonly lostAt = (): number | undefined => this.#lostAt;

  opened(): void {
    this.#lostAt = undefined;
    this.#change('live');
  }

  lost(): void {
    if (this.#state === 'live') this.#lostAt = Date.now();
    this.#change('reconnecting');
  }

  /** Resolves when the next try is due: after 0.3 s at first, doubling to 8 s, ±25 % so that browsers do not return all at once. */
  async wait(tries: number): Promise<void> {
    const ms = Math.min(8000, 300 * 2 ** tries) * (0.75 + Math.random() / 2);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Tries again now instead of later. */
  readonly retryNow = (): void => this.#stopWaiting?.();

  #change(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listeners.forEach((listener) => listener());
  }
}

export const connection = new Connection();

export function useConnection(): { state: ConnectionState; lostAt: number | undefined } {
  return {
    state: useSyncExternalStore(connection.subscribe, connection.state),
    lostAt: useSyncExternalStore(connection.subscribe, connection.lostAt),
  };
}
