import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createClient } from 'graphql-ws';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { ask } from '../e2e/support/ask.js';
import { sendViews } from '../e2e/support/dashboard.js';
import { root } from '../harness/build.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { attacksOn, type Attack } from './support/arguments.js';

const CORPUS = [
  "'",
  '"',
  "x' OR '1'='1",
  "x'; DROP TABLE site; --",
  "'||pg_sleep(5)||'",
  '1; SELECT pg_sleep(5)',
  "x') UNION SELECT usename, passwd FROM pg_shadow --",
  "$1', $$x$$",
  "a\\'; SELECT pg_sleep(5) --",
  '{"a":"$.b[*] ? (@ > 0)"}',
  '%_\\',
  "events.0'>",
];
const SLEEP_MS = 5_000;

const attacks = attacksOn(readFileSync(join(root, 'schema.graphql'), 'utf8'));
let stack: Stack;
let before: Shape;

interface Shape {
  readonly tables: number;
  readonly columns: number;
  readonly events: unknown;
}

async function shape(): Promise<Shape> {
  const client = new pg.Client({ connectionString: stack.runtime.databaseUrl });
  await client.connect();
  try {
    // Row sets of a rebuild come and go.
    const where = "table_schema = 'public' AND table_name !~ '_g\\d+$|_s\\d+$|preview|spare'";
    const { rows } = await client.query<{ tables: number; columns: number }>(
      `SELECT count(DISTINCT table_name)::int AS tables, count(*)::int AS columns FROM information_schema.columns WHERE ${where}`,
    );
    const answer = await ask(
      stack,
      '{ site(id: "kept") { id totals(range: {from: "2020-01-01", to: "2029-12-31"}) { current { pageViews } } } }',
    );
    return {
      ...(rows[0] ?? { tables: 0, columns: 0 }),
      events: answer.data,
    };
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  stack = await startStack();
  await sendViews(stack.url, 'shop', '/a');
  await sendViews(stack.url, 'kept', '/a', '/b');
  await waitFor(async () => JSON.stringify((await shape()).events).includes('"pageViews":2'));
  before = await shape();
});
afterAll(() => stack?.stop());

async function overSocket({ query, variables }: Attack, text: string): Promise<unknown> {
  const client = createClient({
    url: `${stack.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const pushes = client.iterate({ query, variables: variables(text) });
  // A site that does not exist is waited for.
  const late = new Promise((resolve) => setTimeout(resolve, 400, 'waits'));
  try {
    return await Promise.race([pushes.next().catch((error: unknown) => error), late]);
  } finally {
    await client.dispose();
  }
}

it('S34: every argument of the schema is attacked', () => {
  const places = new Set(attacks.map(({ place }) => place));
  for (const place of [
    'Query.site(id)',
    'Mutation.changeTimeZone(timeZone)',
    'Subscription.siteChanged(siteId)',
  ])
    expect([...places]).toContain(place);
  expect([...places].some((place) => place.endsWith('topPaths(prefix)'))).toBe(true);
  expect([...places].some((place) => place.endsWith('trackEvent(input.properties (key))'))).toBe(true);
});

describe('S34, S35: text that is SQL elsewhere is text here', () => {
  it.each(attacks)('$place', { timeout: 60_000 }, async (attack) => {
    for (const text of CORPUS) {
      const started = performance.now();
      const answer =
        attack.kind === 'subscription'
          ? { status: 200, ...((await overSocket(attack, text)) as object) }
          : await ask(stack, attack.query, attack.variables(text));
      expect(performance.now() - started, text).toBeLessThan(SLEEP_MS);
      expect(answer.status, `${text}: ${JSON.stringify(answer)}`).toBeLessThan(500);
      const told = JSON.stringify(answer);
      expect(told, `${attack.query} ${text}`).not.toMatch(
        /"code":"(INTERNAL|GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED)"/,
      );
      expect(told).not.toMatch(/syntax error at|pg_shadow.*SCRAM|unterminated/);
    }
  });
});

interface Document {
  readonly paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>;
}

it('S34: and so it is in every parameter of an address', { timeout: 120_000 }, async () => {
  const document = (await (await fetch(`${stack.url}/api/docs-json`)).json()) as Document;
  let tried = 0;
  for (const [path, { get }] of Object.entries(document.paths)) {
    const parameters = get?.parameters ?? [];
    for (const { name } of parameters) {
      for (const text of CORPUS) {
        const values = { siteId: 'shop', site: 'shop', date: '2026-05-17', [name]: text };
        const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
          encodeURIComponent(key === name ? text : 'shop'),
        );
        const started = performance.now();
        const response = await fetch(`${stack.url}${filled}?${new URLSearchParams(values).toString()}`);
        await response.text();
        expect(response.status, `${filled} ${name}=${text}`).toBeLessThan(500);
        expect(performance.now() - started).toBeLessThan(SLEEP_MS);
        tried++;
      }
    }
  }
  expect(tried).toBeGreaterThan(CORPUS.length * 5);
});

it('S34: afterwards every table and column is there, and what a site that nobody attacked has counted', async () => {
  expect(await shape()).toEqual(before);
});
