import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { connection } from './connection.js';

/** An API that accepts the connection and then says nothing counts as away. */
const ANSWER_WITHIN_MS = 20_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

const impatientFetch: typeof fetch = (input, init) => {
  const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
};

function socketClient(): Client {
  let pongDue: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${window.location.origin.replace(/^http/, 'ws')}/graphql`,
    lazyCloseTimeout: 2_000,
    keepAlive: PING_EVERY_MS,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (tries) => connection.wait(tries),
    on: {
      connected: () => connection.opened(),
      closed: () => {
        clearTimeout(pongDue);
        connection.lost();
      },
      // A cable that was pulled closes nothing: without a pong the socket is given up.
      ping: (received) => {
        if (!received) pongDue = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongDue);
      },
    },
  });
  window.addEventListener('online', connection.retryNow);
  return client;
}

export function createApollo(): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socketClient()),
      new HttpLink({ uri: '/graphql', fetch: impatientFetch }),
    ),
    cache: new InMemoryCache({
      // Two panels may select different figures of the same range; they complete each other.
      typePolicies: { Totals: { merge: true }, Figures: { merge: true } },
    }),
    devtools: { enabled: false },
  });
}
