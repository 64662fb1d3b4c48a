import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { type ApiApp, startApi } from '../e2e/support/api-app.js';
import { ask } from '../e2e/support/ask.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
let api: ApiApp;
beforeAll(async () => {
  database = await createDatabase();
  api = await startApi(database.url, { production: true });
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

const CHANGES = 'siteChanged(siteId: "shop")';
const BY_ID = 'subscription ($id: Int!) { jobChanged(id: $id) { id } }';
const FILTERED = 'subscription ($filter: EventFeedFilter) { eventFeed(filter: $filter) { skipped } }';
const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, i) => `x${i}: ${field}`).join(' ');
const links = Array.from(
  { length: 20 },
  (_, i) => `fragment f${i} on SiteChange { a${i}: x { ...f${i + 1} } b${i}: x { ...f${i + 1} } }`,
);

/** Each is a subscription that neither way may execute. */
const CORPUS: readonly (readonly [name: string, query: string, variables?: Record<string, unknown>])[] = [
  ['a syntax error', `subscription { ${CHANGES} { position }`],
  ['nothing', ''],
  ['2,001 tokens', `subscription { ${'a '.repeat(2_000)} }`],
  ['nine levels', `subscription { ${CHANGES} ${'{ a '.repeat(9)} ${'}'.repeat(9)} }`],
  [
    'nine levels by a fragment',
    `subscription { ${CHANGES} { ...f } } fragment f on SiteChange ${'{ a '.repeat(8)} ${'}'.repeat(8)}`,
  ],
  ['31 aliases', `subscription { ${CHANGES} { ${aliases(31, 'position')} } }`],
  [
    'aliases by a fragment',
    `subscription { ${CHANGES} { ${'...f '.repeat(4)} } } fragment f on SiteChange { ${aliases(10, 'position')} }`,
  ],
  [
    '1,001 fields by fragments',
    `subscription { ${CHANGES} { ${'...f '.repeat(101)} } } fragment f on SiteChange { ${'position '.repeat(10)} }`,
  ],
  [
    'a chain of fragments that doubles',
    `subscription { ${CHANGES} { ...f0 } } ${links.join(' ')} fragment f20 on SiteChange { position }`,
  ],
  [
    'fragments in a circle',
    `subscription { ${CHANGES} { ...a } } fragment a on SiteChange { ...b } fragment b on SiteChange { ...a }`,
  ],
  ['an unknown field', 'subscription { siteChange { position } }'],
  ['an unknown argument', 'subscription { siteChanged(siteID: "shop") { position } }'],
  ['an unknown fragment', `subscription { ${CHANGES} { ...nobody } }`],
  ['an unknown directive', `subscription { ${CHANGES} @defer { position } }`],
  ['what the schema is', 'subscription { __schema { types { name } } }'],
  ['what a type is', `subscription { ${CHANGES} { position } __type(name: "Site") { name } }`],
  ['two fields of the root', `subscription { ${CHANGES} { position } sitesChanged { id } }`],
  [
    'two operations and no name',
    `subscription A { ${CHANGES} { position } } subscription B { sitesChanged { id } }`,
  ],
  ['a number too much', 'subscription { siteChanged(siteId: "shop", first: 1) { position } }'],
  ['a list for an ID', 'subscription { siteChanged(siteId: ["a", "b"]) { position } }'],
  ['a text for a number', BY_ID, { id: "1'; --" }],
  ['nothing for a number', BY_ID, {}],
  ['an object for a number', BY_ID, { id: { a: 1 } }],
  ['a fraction for a number', BY_ID, { id: 2.5 }],
  [
    'faults by the dozen',
    FILTERED,
    { filter: Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`k${i}`, 1])) },
  ],
  ['a variable that is not declared', 'subscription { siteChanged(siteId: $id) { position } }'],
];

const verdict = (
  errors: readonly { message: string; extensions: Readonly<Record<string, unknown>> }[] = [],
) => errors.map(({ message, extensions }) => `${String(extensions['code'])}: ${message}`);

async function overSocket(query: string, variables: Record<string, unknown>): Promise<string[]> {
  const client = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  try {
    const answer: unknown = await client
      .iterate({ query, variables })
      .next()
      .then(
        ({ value }) =>
          (value as { errors: unknown } | undefined)?.errors ?? [{ message: 'executed', extensions: {} }],
        (error: unknown) => error,
      );
    if (!Array.isArray(answer)) throw answer as Error;
    return verdict(answer as Parameters<typeof verdict>[0]);
  } finally {
    await client.dispose();
  }
}

it.each(CORPUS.map(([name, query, variables = {}]) => ({ name, query, variables })))(
  'S27: $name is refused in the same words over HTTP and over a socket',
  async ({ name, query, variables }) => {
    const http = verdict((await ask(api, query, variables)).errors);
    expect(http.length).toBeGreaterThan(0);
    const socket = await overSocket(query, variables);
    // Of nothing at all, and of operations to choose from, each transport speaks for itself; neither executes.
    if (name === 'nothing' || name.startsWith('two operations')) expect(socket.length).toBeGreaterThan(0);
    else expect(socket).toEqual(http);
  },
);
