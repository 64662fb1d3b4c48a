import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ask, type Answer } from '../e2e/support/ask.js';
import { type Browser, GOOD_PASSWORD, signedIn } from '../e2e/accounts/person.js';
import { createdKey, createdSite, registered, sent } from '../e2e/support/real-tenants.js';
import { socketOf } from '../e2e/support/subscribe-as.js';
import { root } from '../harness/build.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { attacksOn, type Attack } from './support/arguments.js';
import { authAttacks } from './support/auth-bodies.js';

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
/** The product takes 50, and 10 sockets of one person. */
const ON_A_SOCKET = 48;
const ADMIN = 'ada@example.org';

const attacks = attacksOn(readFileSync(join(root, 'schema.graphql'), 'utf8'));
/** After these a session works in another organization, where nothing else would find its site. */
const MOVES = /^Mutation\.(acceptInvitation|createOrganization|switchOrganization)\(/;
let stack: Stack;
let owner: Browser;
let moving: Browser;
let eve: Browser;
let before: Shape;
let hearing: Promise<Heard[]>;

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
    const answer = await owner.ask(
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
  // Every try from an address of its own, so that none is refused before it is looked at.
  stack = await startStack({
    env: {
      ...{ TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open', TIDEMARK_PROXY_HOPS: '1' },
      ...{ TIDEMARK_ADMIN_EMAIL: ADMIN, TIDEMARK_ADMIN_PASSWORD: GOOD_PASSWORD },
    },
  });
  owner = await signedIn(stack, ADMIN);
  moving = await signedIn(stack, ADMIN);
  eve = await registered(stack, 'eve');
  // Codes are compared with one that there is.
  expect((await eve.auth('two-factor/enable', { password: GOOD_PASSWORD })).status).toBe(200);
  for (const site of ['shop', 'kept']) {
    await createdSite(owner, site);
    const { secret } = await createdKey(owner, 'PUBLIC', site);
    for (let i = 0; i < 2; i++) await sent(stack, secret, site);
  }
  await waitFor(async () => JSON.stringify((await shape()).events).includes('"pageViews":2'));
  before = await shape();
  hearing = hear(attacks.filter(({ kind }) => kind === 'subscription'));
});
afterAll(() => stack?.stop());

/** It was asked by somebody who may, so the text went as far as it goes; and it was nothing but text. */
function expectText(answer: object, what: string): void {
  const told = JSON.stringify(answer);
  expect(told, what).not.toMatch(
    /"code":"(UNAUTHENTICATED|UNAUTHORIZED|FORBIDDEN|TOO_MANY_TRIES|RATE_LIMITED)/,
  );
  expect(told, what).not.toMatch(/"code":"(INTERNAL|GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED)"/);
  expect(told, what).not.toMatch(/syntax error at|pg_shadow.*SCRAM|unterminated/);
}

interface Heard {
  readonly what: string;
  /** The first push or error. */
  readonly first: unknown;
  /** Milliseconds until then. */
  readonly after: number | undefined;
}

/**
 * All of them while the others are tried. What there is nothing to say about yet says nothing, so each is heard for longer than the
 * database would sleep.
 */
async function hear(subscriptions: readonly Attack[]): Promise<Heard[]> {
  const tries = subscriptions.flatMap((attack) => CORPUS.map((text) => ({ attack, text })));
  const sockets = Array.from({ length: Math.ceil(tries.length / ON_A_SOCKET) }, (_, n) =>
    overSocket(tries.slice(n * ON_A_SOCKET, (n + 1) * ON_A_SOCKET)),
  );
  return (await Promise.all(sockets)).flat();
}

async function overSocket(tries: readonly { attack: Attack; text: string }[]): Promise<Heard[]> {
  const client = socketOf(stack.url, { cookie: owner.cookie });
  const started = performance.now();
  const heard = tries.map(({ attack: { query, variables }, text }) => {
    const each: { what: string; first?: unknown; after?: number } = { what: `${query} ${text}` };
    const note = (first: unknown) => {
      each.after ??= performance.now() - started;
      each.first ??= first;
    };
    client.subscribe(
      { query, variables: variables(text) },
      { next: note, error: note, complete: () => undefined },
    );
    return each;
  });
  await sleep(1.4 * SLEEP_MS);
  await client.dispose();
  return heard as Heard[];
}

async function asked({ place, query, variables }: Attack, text: string, cookie: string): Promise<Answer> {
  for (;;) {
    const started = performance.now();
    const answer = await ask(stack, query, variables(text), { cookie });
    expect(performance.now() - started, text).toBeLessThan(SLEEP_MS);
    // Only so many previews of a site are open at a time.
    const waits =
      place.startsWith('Mutation.previewRule(') && JSON.stringify(answer).includes('RATE_LIMITED');
    if (!waits) return answer;
    await sleep(200);
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

describe('S34, S35: text that is SQL elsewhere is text here, in the hands of an owner', () => {
  it.each(attacks.filter(({ kind }) => kind !== 'subscription'))('$place', async (attack) => {
    const { cookie } = MOVES.test(attack.place) ? moving : owner;
    for (const text of CORPUS) {
      const answer = await asked(attack, text, cookie);
      expect(answer.status, `${text}: ${JSON.stringify(answer)}`).toBeLessThan(500);
      expectText(answer, `${attack.query} ${text}`);
    }
  });

  it.each(authAttacks)('/api/auth/$place', async ({ place, method, path, values }) => {
    await Promise.all(
      CORPUS.map(async (text, n) => {
        const started = performance.now();
        const given = values(text);
        const query = method === 'GET' ? `?${new URLSearchParams(given).toString()}` : '';
        const response = await fetch(`${stack.url}/api/auth/${path}${query}`, {
          method,
          redirect: 'manual',
          headers: {
            'content-type': 'application/json',
            'x-forwarded-for': `198.51.${authAttacks.findIndex((each) => each.place === place)}.${n}`,
            ...(!/^(sign-|request-)/.test(path) && { cookie: eve.cookie }),
          },
          ...(method === 'POST' && { body: JSON.stringify(given) }),
        });
        const answer = await response.text();
        expect(performance.now() - started, text).toBeLessThan(SLEEP_MS);
        expect(response.status, `${text}: ${answer}`).toBeLessThan(500);
        expectText({ answer }, text);
      }),
    );
  });

  it('in subscriptions', async () => {
    const heard = await hearing;
    expect(heard.length).toBeGreaterThan(10 * CORPUS.length);
    for (const { what, first, after } of heard) {
      expectText({ first }, what);
      expect(after ?? 0, what).toBeLessThan(SLEEP_MS);
    }
    const answered = heard.filter(({ after }) => after !== undefined);
    expect(answered.length).toBeGreaterThan(heard.length / 2);
  });

  it('and is kept as it was sent', async () => {
    const names = async (browser: Browser, query: string) =>
      (await browser.field<{ name: string }[]>(query)).map(({ name }) => name);
    for (const query of ['{ shareLinks(siteId: "shop") { name } }', '{ keys { name } }'])
      expect(await names(owner, query)).toEqual(expect.arrayContaining(CORPUS));
    const organizations = (await owner.viewer())?.organizations.map(({ name }) => name);
    expect(organizations).toEqual(expect.arrayContaining(CORPUS));
    expect(CORPUS).toContain((await eve.viewer())?.name);
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
        const response = await fetch(`${stack.url}${filled}?${new URLSearchParams(values).toString()}`, {
          headers: { cookie: owner.cookie },
        });
        await response.text();
        expect(response.status, `${filled} ${name}=${text}`).toBeLessThan(500);
        if (path.startsWith('/api/')) expect([401, 403], filled).not.toContain(response.status);
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
