import { setTimeout as sleep } from 'node:timers/promises';

import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Subscribed {
  readonly client: Client;
  /** Every push, in order, data and errors. */
  readonly pushes: unknown[];
  readonly closed: Promise<{ readonly code: number; readonly at: number }>;
  /** When the server ended the subscription, and when the socket was opened; milliseconds since the epoch. */
  readonly completedAt: () => number | undefined;
  dispose(): Promise<void>;
}

/** A subscription of whoever goes by this name in `test-actor`. */
export function openAs(
  url: string,
  as: string | undefined,
  query: string,
  connectionParams: Record<string, unknown> = {},
): Subscribed {
  return openWith(url, as === undefined ? {} : { 'test-actor': as }, query, connectionParams);
}

/** A socket that begins with these headers; with cookies as a page of the product begins it. */
export function socketOf(
  url: string,
  headers: Readonly<Record<string, string>>,
  more: Partial<ClientOptions> = {},
): Client {
  class Named extends WebSocket {
    constructor(address: string, protocols?: string[]) {
      super(address, protocols, { headers: 'cookie' in headers ? { origin: url, ...headers } : headers });
    }
  }
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Named,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
    ...more,
  });
}

/** A subscription over such a socket. */
export function openWith(
  url: string,
  headers: Readonly<Record<string, string>>,
  query: string,
  connectionParams: Record<string, unknown> = {},
): Subscribed {
  const pushes: unknown[] = [];
  let completed: number | undefined;
  let close: (closed: { code: number; at: number }) => void = () => undefined;
  const closed = new Promise<{ code: number; at: number }>((resolve) => (close = resolve));
  const client = socketOf(url, headers, {
    connectionParams,
    on: { closed: (event) => close({ code: (event as { code: number }).code, at: Date.now() }) },
  });
  client.subscribe(
    { query },
    {
      next: (push) => void pushes.push(push),
      error: (error) => {
        if (Array.isArray(error)) pushes.push({ errors: error });
      },
      complete: () => (completed = Date.now()),
    },
  );
  return {
    client,
    pushes,
    closed,
    completedAt: () => completed,
    dispose: async () => client.dispose(),
  };
}

/** What comes within some milliseconds. */
export async function subscribeAs(
  url: string,
  as: string | undefined,
  query: string,
  forMs: number,
): Promise<Subscribed> {
  const subscribed = openAs(url, as, query);
  await sleep(forMs);
  await subscribed.dispose();
  return subscribed;
}
