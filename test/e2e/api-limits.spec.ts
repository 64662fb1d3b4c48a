import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type ApiApp, startApi } from './support/api-app.js';
import { ask, type Answer } from './support/ask.js';
import { ReadModels } from './support/read-models.js';

let database: TestDatabase;
let api: ApiApp;
let production: ApiApp;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApi(database.url);
  production = await startApi(database.url, { production: true });
  const models = new ReadModels(api.pool);
  await models.partitions(1);
  await models.site('shop');
  await models.serve(await models.build({ shop: { daily: [['2026-05-17', 1, 1, 1]] } }, 1));
});

afterAll(async () => {
  await api.close();
  await production.close();
  await database.drop();
});

const codes = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions['code']);
const range = { from: '2026-05-16', to: '2026-05-17' };

describe('bad input', () => {
  const siteQuery = (field: string) =>
    `query ($range: DateRangeInput!) { site(id: "shop") { ${field} { __typename } } }`;

  test.each([
    ['range.from', 'totals(range: $range)', { from: '2026-02-30', to: '2026-05-17' }],
    ['range.from', 'totals(range: $range)', { from: '', to: '2026-05-17' }],
    ['range.to', 'totals(range: $range)', { from: '2026-05-16', to: '17/05/2026' }],
    ['range.to', 'totals(range: $range)', { from: '2026-05-16', to: "2026-05-17'; DROP" }],
    ['range.from', 'totals(range: $range)', { from: '2026-05-18', to: '2026-05-17' }],
    ['3660 days', 'dailyStats(range: $range)', { from: '1970-01-01', to: '2026-05-17' }],
    ['31 days', 'hourlyStats(range: $range)', { from: '2026-01-01', to: '2026-05-17' }],
    ['first', 'topPaths(range: $range, first: 0)', range],
    ['first', 'topPaths(range: $range, first: -1)', range],
    ['first', 'topPaths(range: $range, first: 501)', range],
    ['after', 'topPaths(range: $range, after: "junk")', range],
    ['after', 'topPaths(range: $range, after: "WzEsIlx1MDAwMCJd")', range],
    ['prefix', 'topPaths(range: $range, prefix: "\\u0000")', range],
  ])('%s is named: %s %j', async (name, field, variables) => {
    const answer = await ask(api, siteQuery(field), { range: variables });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors?.[0]?.message).toContain(name);
  });

  test('a variable of 4,000 faults is answered with the first of them, at once and in few words', async () => {
    const faults = Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`k${i}`, 'v']));
    const started = performance.now();
    const answer = await ask(api, siteQuery('totals(range: $range)'), { range: { ...range, ...faults } });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(answer.status).toBe(400);
    expect(codes(answer)).toEqual(Array(3).fill('BAD_USER_INPUT'));
    for (const [i, { message }] of (answer.errors ?? []).entries()) {
      expect(message.length).toBeLessThan(600);
      expect(message).toContain('Variable "$range"');
      expect(message).toContain(`Field "k${i}" is not defined`);
    }
  });

  test.each([{ first: 2.5 }, { first: null }, { first: '10' }, { first: 1e12 }])(
    'a variable of the wrong type: %j',
    async (variables) => {
      const query = `query ($first: Int!) { site(id: "shop") { topPaths(range: {from: "2026-05-16", to: "2026-05-17"}, first: $first) { totalCount } } }`;
      const answer = await ask(api, query, variables);
      expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
    },
  );

  test.each(['', 'a b', 'a\0', 'x'.repeat(65), "'; DROP TABLE site --"])('site ID %j', async (id) => {
    const answer = await ask(api, 'query ($id: ID!) { site(id: $id) { id } }', { id });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('limits', () => {
  test.each([
    ['nested too deep', `{ ${'a {'.repeat(8)} b ${'}'.repeat(8)} }`, 'QUERY_TOO_DEEP'],
    [
      'nested too deep inside a fragment',
      `{ ...f } fragment f on Query { ${'a {'.repeat(8)} b ${'}'.repeat(8)} }`,
      'QUERY_TOO_DEEP',
    ],
    ['31 aliases', `{ ${aliases(31)} }`, 'TOO_MANY_ALIASES'],
    [
      'aliases multiplied by a fragment',
      `{ a: system { ...f } b: system { ...f } } fragment f on SystemStatus { ${aliases(15, 'version')} }`,
      'TOO_MANY_ALIASES',
    ],
    ['2,001 tokens', `{ ${'version '.repeat(1999)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['a syntax error', '{ sites { id }', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown operation', 'query A { __typename } query B { __typename }', 'OPERATION_RESOLUTION_FAILURE'],
  ])('%s is refused', async (_name, query, code) => {
    const answer = await ask(api, query);
    expect(answer.status).toBe(400);
    expect(codes(answer)).toContain(code);
  });

  test('30 aliases and 8 levels pass', async () => {
    const answer = await ask(api, `{ ${aliases(29)} one: system { version } }`);
    expect(answer.errors).toBeUndefined();
  });

  test('a chain of fragments that doubles at each link is refused at once', async () => {
    const links = Array.from(
      { length: 20 },
      (_, i) => `fragment f${i} on Query { a${i}: x { ...f${i + 1} } b${i}: x { ...f${i + 1} } }`,
    );
    const bomb = `{ ...f0 } ${links.join(' ')} fragment f20 on Query { __typename }`;
    const start = performance.now();
    const answer = await ask(api, bomb);
    expect(answer.status).toBe(400);
    expect(performance.now() - start).toBeLessThan(250);
  });

  test('fragment cycles and many directives are refused at once', async () => {
    const start = performance.now();
    const cycle = await ask(api, '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }');
    expect([cycle.status, codes(cycle)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
    const directives = await ask(api, `{ sites { id ${'@skip(if: true)'.repeat(300)} } }`);
    expect(directives.status).toBe(400);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('transport', () => {
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${api.url}/graphql`, { method: 'POST', headers, body });

  test.each([
    ['no query', '{}'],
    ['an empty query', '{"query":""}'],
    ['malformed JSON', '{"query":'],
    ['a batch', '[{"query":"{sites{id}}"},{"query":"{sites{id}}"}]'],
    ['variables that are no object', '{"query":"{sites{id}}","variables":3}'],
  ])('%s is a JSON error', async (_name, body) => {
    const response = await post(body);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  test('requests that a foreign page could send without asking are refused', async () => {
    const plain = await post('{"query":"{sites{id}}"}', { 'content-type': 'text/plain' });
    expect([400, 415]).toContain(plain.status);
    expect((await fetch(`${api.url}/graphql?query={sites{id}}`)).status).toBe(400);
    const query = encodeURIComponent('mutation { a }');
    const mutation = await fetch(`${api.url}/graphql?query=${query}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect([400, 405]).toContain(mutation.status);
  });

  test('persisted queries are off', async () => {
    const response = await post('{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}');
    expect(codes((await response.json()) as Answer)).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED']);
  });

  test('a body over 1 MB is 413', async () => {
    const response = await post(JSON.stringify({ query: `{ sites { id } } #${'x'.repeat(1_100_000)}` }));
    expect(response.status).toBe(413);
  });
});

describe('what clients may learn', () => {
  test('no name of the schema is suggested', async () => {
    const answer = await ask(api, '{ site { ids } sitez { id } }');
    expect(codes(answer)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(JSON.stringify(answer)).not.toContain('Did you mean');
  });

  test('introspection and the explorer are there outside production only', async () => {
    const query = '{ __schema { types { name fields { type { ofType { ofType { ofType { name } } } } } } } }';
    expect((await ask(api, query)).errors).toBeUndefined();
    expect(codes(await ask(production, query))).toContain('GRAPHQL_VALIDATION_FAILED');
    const page = (of: ApiApp) => fetch(`${of.url}/graphql`, { headers: { accept: 'text/html' } });
    expect((await page(api)).headers.get('content-type')).toContain('text/html');
    expect((await page(production)).status).toBe(400);
  });

  test('a fault of ours reads "Internal error" with the request ID, and nothing else', async () => {
    await api.pool.query('ALTER TABLE site RENAME TO secret_site');
    try {
      for (const server of [api, production]) {
        const answer = await ask(server, '{ sites { id } }');
        expect(answer).toMatchObject({
          data: null,
          errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }],
        });
        expect(Object.keys(answer.errors?.[0]?.extensions ?? {}).sort()).toEqual(['code', 'requestId']);
        expect(JSON.stringify(answer)).not.toMatch(/relation|SELECT|stack/);
      }
    } finally {
      await api.pool.query('ALTER TABLE secret_site RENAME TO site');
    }
  });
});

function aliases(count: number, field = '__typename'): string {
  return Array.from({ length: count }, (_, i) => `x${i}: ${field}`).join(' ');
}
