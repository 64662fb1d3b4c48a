import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { sessionDoubted } from '../session/doubted.js';
import { shownOrganization } from '../session/shown-organization.js';
import { connection } from './connection.js';
import { isForbidden, isOfAnother, isSignedOut } from './reason.js';
import { trailBy } from './trail.js';

/** An API that accepts the connection and then says nothing counts as away. */
const ANSWER_WITHIN_MS = 20_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

const impatientFetch: typeof fetch = (input, init) => {
  const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
};

/** Why the API closes a socket of somebody who may not have one any more. */
const SIGNED_OUT = new Set([4401, 4403]);

/** What opens a site to somebody who has no account. */
export interface SharedLink {
  readonly token: string;
  readonly password: string | undefined;
}

function socketClient(link: SharedLink | undefined): Client {
  let pongDue: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${window.location.origin.replace(/^http/, 'ws')}/graphql`,
    ...(link && { connectionParams: { link: link.token, password: link.password } }),
    lazyCloseTimeout: 2_000,
    keepAlive: PING_EVERY_MS,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (tries) => connection.wait(tries),
    on: {
      connected: () => connection.opened(),
      closed: (event) => {
        clearTimeout(pongDue);
        connection.lost();
        if (SIGNED_OUT.has((event as CloseEvent).code)) sessionDoubted();
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

/** `link`: for who has a link that shows one site, instead of an account. */
export function createApollo(link?: SharedLink): ApolloClient {
  const transport = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socketClient(link)),
    new HttpLink({ uri: '/graphql', fetch: impatientFetch, headers: headersOf(link) }),
  );
  const watch = new ErrorLink(({ error }) => {
    if (isSignedOut(error) || isForbidden(error) || isOfAnother(error)) sessionDoubted();
  });
  const organization = new SetContextLink(({ headers }) => {
    const id = shownOrganization();
    return id === undefined
      ? {}
      : { headers: { ...(headers as object | undefined), 'tidemark-organization': id } };
  });
  return new ApolloClient({
    link: ApolloLink.from([watch, organization, transport]),
    cache: new InMemoryCache({
      // Two panels may select different figures of the same range; they complete each other.
      typePolicies: {
        Totals: { merge: true },
        Figures: { merge: true },
        Query: {
          fields: { organizationTrail: trailBy('id', false), auditTrail: trailBy('sequence', ['siteId']) },
        },
      },
    }),
    devtools: { enabled: false },
  });
}

function headersOf(link: SharedLink | undefined): Record<string, string> {
  if (!link) return {};
  return {
    'tidemark-link': link.token,
    ...(link.password !== undefined && { 'tidemark-link-password': link.password }),
  };
}
