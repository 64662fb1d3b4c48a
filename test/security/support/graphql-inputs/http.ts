import pg from 'pg';
import { expect } from 'vitest';

import { ask } from '../../../e2e/support/ask.js';
import { GOOD, post, startIngest } from '../../../e2e/support/ingest-app.js';
import { waitFor } from '../../../harness/wait-for.js';
import { ofShop, query, RANGE, type AnswerGraphql, type GraphqlInput, type SentGraphql } from './case.js';

const sent = (
  no: number,
  name: string,
  request: SentGraphql,
  status: number,
  refused: Pick<AnswerGraphql, 'code' | 'message'>,
): GraphqlInput => ({ no, name, sent: request, answer: { status, ...refused } });

const BAD_REQUEST = { code: 'BAD_REQUEST' };
const NOT_JSON = { message: 'content-type must be application/json' };

const aliases = (count: number): string =>
  Array.from({ length: count }, (_, i) => `x${i}: __typename`).join(' ');
const nested = (levels: number): string => `{ ${'a {'.repeat(levels - 1)} b ${'}'.repeat(levels - 1)} }`;

const links = Array.from(
  { length: 20 },
  (_, i) => `fragment f${i} on Query { a${i}: x { ...f${i + 1} } b${i}: x { ...f${i + 1} } }`,
);
const BOMB = `{ ...f0 } ${links.join(' ')} fragment f20 on Query { __typename }`;
const REGION = 'query ($id: ID!) { site(id: $id) { id } }';
const FIRST = `query ($first: Int!) { site(id: "shop") { topPaths(${RANGE}, first: $first) { totalCount } } }`;
const large = 'x'.repeat(70_000);

/** Statements that wait for a lock in this database. */
const waiting = async (pool: pg.Pool): Promise<number> =>
  (
    await pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
  ).rowCount ?? 0;

export const http: readonly GraphqlInput[] = [
  sent(70, 'an empty query', { body: { query: '' } }, 400, BAD_REQUEST),
  sent(70, 'no query', { body: {} }, 400, BAD_REQUEST),
  sent(70, 'malformed JSON', { body: '{"query":' }, 400, { message: 'body is not valid JSON' }),
  sent(
    70,
    'another content type',
    { body: '<q/>', headers: { 'content-type': 'application/xml' } },
    415,
    NOT_JSON,
  ),
  query(71, 'a syntax error', '{ sites { id }', 'GRAPHQL_PARSE_FAILED'),
  query(72, 'an unknown field, without a hint', '{ sitez { id } }', 'GRAPHQL_VALIDATION_FAILED', {
    says: /^(?!.*Did you mean)/,
  }),
  query(73, '__schema', '{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'),
  query(73, '__type', '{ __type(name: "Site") { name } }', 'GRAPHQL_VALIDATION_FAILED'),
  query(74, 'nine levels', nested(9), 'QUERY_TOO_DEEP'),
  query(74, '31 aliases', `{ ${aliases(31)} }`, 'TOO_MANY_ALIASES'),
  query(74, '30 aliases', `{ ${aliases(30)} }`),
  query(74, '2,001 tokens', `{ ${'a '.repeat(1_999)} }`, 'GRAPHQL_PARSE_FAILED'),
  query(
    74,
    '1,001 fields, by fragments',
    `{ ${'...f '.repeat(101)} } fragment f on Query { ${'__typename '.repeat(10)} }`,
    'QUERY_TOO_LARGE',
  ),
  query(75, 'a chain of fragments that doubles twenty times', BOMB, 'QUERY_TOO_DEEP', { within: 250 }),
  query(
    76,
    'fragments in a circle',
    '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    'GRAPHQL_VALIDATION_FAILED',
    { within: 250 },
  ),
  query(76, '1,500 directives', `{ __typename ${'@a '.repeat(1_500)} }`, 'GRAPHQL_PARSE_FAILED', {
    within: 250,
  }),
  query(76, '900 directives', `{ __typename ${'@a '.repeat(900)} }`, 'GRAPHQL_VALIDATION_FAILED', {
    within: 500,
  }),
  ...[1_000_000, -1, 0].map((first) =>
    query(77, `first: ${first}`, ofShop(`topPaths(${RANGE}, first: ${first})`), 'BAD_USER_INPUT'),
  ),
  ...[null, 2.5, '10', 1e12].map((first) =>
    query(77, `first as a variable: ${JSON.stringify(first)}`, FIRST, 'BAD_USER_INPUT', {
      status: 400,
      variables: { first },
    }),
  ),
  ...(
    [
      ['100 years of hours', 'hourlyStats(range: {from: "1980-01-01", to: "2079-12-31"})'],
      ['100 years of days', 'dailyStats(range: {from: "1980-01-01", to: "2079-12-31"})'],
      ['from behind to', 'totals(range: {from: "2026-05-18", to: "2026-05-17"})'],
      ['a day with SQL', `totals(range: {from: "2026-05-16", to: "2026-05-17'; DROP TABLE site"})`],
    ] as const
  ).map(([name, field]) => query(78, name, ofShop(field), 'BAD_USER_INPUT')),
  {
    no: 78,
    name: 'time zones that are none',
    run: async () => {
      const product = await startIngest({ production: true });
      const mutation =
        'mutation ($timeZone: String!) { changeTimeZone(siteId: "shop", timeZone: $timeZone) { receipt } }';
      try {
        await post(`${product.url}/api/event`, GOOD);
        for (const timeZone of ['Europe/Nowhere', "UTC'; DROP TABLE site --", '', 'x'.repeat(5_000)]) {
          const { errors } = await ask(product, mutation, { timeZone });
          expect(
            errors?.map(({ extensions }) => extensions['code']),
            timeZone,
          ).toEqual(['BAD_USER_INPUT']);
        }
      } finally {
        await product.stop();
      }
    },
  },
  sent(
    79,
    'ten operations in an array',
    { body: Array.from({ length: 10 }, () => ({ query: '{ sites { id } }' })) },
    400,
    BAD_REQUEST,
  ),
  {
    no: 80,
    name: 'no mutation signs anybody in: that is not GraphQL here, so no alias can multiply it',
    run: async ({ api }) => {
      for (const name of ['login', 'signIn', 'signInEmail', 'resetPassword', 'verifyTotp']) {
        const { errors, status } = await ask(api, `mutation { ${name} { __typename } }`);
        expect([name, status, errors?.[0]?.extensions['code']]).toEqual([
          name,
          400,
          'GRAPHQL_VALIDATION_FAILED',
        ]);
      }
    },
  },
  query(81, 'an object for an ID', REGION, 'BAD_USER_INPUT', { status: 400, variables: { id: { a: 1 } } }),
  sent(
    81,
    '__proto__ among the variables',
    { body: `{"query":${JSON.stringify(REGION)},"variables":{"id":"shop","__proto__":{"polluted":1}}}` },
    400,
    { message: 'body must not have a key "__proto__"' },
  ),
  query(81, 'variables of 64 KB', REGION, 'BODY_TOO_LARGE', { status: 413, variables: { id: large } }),
  sent(81, 'a query of 64 KB', { body: { query: `{ sites { id } } #${large}` } }, 413, {
    code: 'BODY_TOO_LARGE',
  }),
  {
    no: 81,
    name: 'a megabyte of faults where events are brought, answered with three of them at once',
    run: async () => {
      const product = await startIngest({ production: true });
      const faults = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 'v']));
      const mutation = 'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { eventId } }';
      try {
        const started = performance.now();
        const { status, errors } = await ask(product, mutation, { input: { ...GOOD, ...faults } });
        expect(performance.now() - started).toBeLessThan(2_000);
        expect([status, errors?.length]).toEqual([400, 3]);
        for (const { message } of errors ?? []) expect(message.length).toBeLessThan(600);
      } finally {
        await product.stop();
      }
    },
  },
  sent(81, '1 MB', { body: { query: `{ sites { id } } #${'x'.repeat(1_100_000)}` } }, 413, {
    message: 'body must be at most 1,048,576 bytes',
  }),
  sent(
    82,
    'a mutation by GET',
    {
      method: 'GET',
      search: `?query=${encodeURIComponent('mutation { __typename }')}`,
      headers: { 'apollo-require-preflight': '1' },
    },
    405,
    BAD_REQUEST,
  ),
  sent(
    82,
    'GET with the type of an image',
    { method: 'GET', search: '?query={sites{id}}', headers: { 'content-type': 'image/png' } },
    415,
    BAD_REQUEST,
  ),
  sent(82, 'GET as a link does it', { method: 'GET', search: '?query={sites{id}}' }, 400, BAD_REQUEST),
  sent(
    82,
    'POST text/plain',
    { body: '{"query":"{sites{id}}"}', headers: { 'content-type': 'text/plain' } },
    415,
    NOT_JSON,
  ),
  sent(
    82,
    'POST of a form',
    { body: 'query={sites{id}}', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    NOT_JSON,
  ),
  sent(
    82,
    'JSON in UTF-7',
    { body: { query: '{ sites { id } }' }, headers: { 'content-type': 'application/json; charset=utf-7' } },
    415,
    { message: 'charset must be utf-8' },
  ),
  ...['PUT', 'DELETE', 'PATCH'].map((method) =>
    sent(82, method, { method, body: {} }, 405, { message: 'method must be GET or POST or OPTIONS or HEAD' }),
  ),
  sent(
    83,
    'the hash of a query that nobody sent',
    { body: { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } } },
    200,
    { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
  ),
  {
    no: 84,
    name: 'a fault of the database reads "Internal error", with the ID of the request alone',
    run: async ({ api }) => {
      await api.pool.query('ALTER TABLE site RENAME TO secret_site');
      try {
        const answer = await ask(api, '{ sites { id } }');
        expect(answer.status).toBe(200);
        expect(answer.errors).toMatchObject([
          { message: 'Internal error', extensions: { code: 'INTERNAL' } },
        ]);
        expect(Object.keys(answer.errors?.[0]?.extensions ?? {}).sort()).toEqual(['code', 'requestId']);
        expect(JSON.stringify(answer)).not.toMatch(/relation|SELECT|stack|secret/);
      } finally {
        await api.pool.query('ALTER TABLE secret_site RENAME TO site');
      }
    },
  },
  {
    no: 85,
    name: 'an answer that takes longer than 10 s is TIMEOUT, and its statement is cancelled',
    run: async ({ api }) => {
      const blocker = new pg.Client({
        connectionString: (api.pool.options as { connectionString: string }).connectionString,
      });
      await blocker.connect();
      await blocker.query('BEGIN; LOCK TABLE daily_aggregates_g1 IN ACCESS EXCLUSIVE MODE');
      try {
        const started = performance.now();
        const asked = ask(api, `{ site(id: "shop") { totals(${RANGE}) { current { events } } } }`);
        await waitFor(async () => (await waiting(api.pool)) > 0);
        const answer = await asked;
        expect(performance.now() - started).toBeLessThan(11_500);
        expect(answer.errors?.map(({ extensions }) => extensions['code'])).toEqual(['TIMEOUT']);
        await waitFor(async () => (await waiting(api.pool)) === 0, { timeout: 2_000 });
      } finally {
        await blocker.end();
      }
    },
  },
];
