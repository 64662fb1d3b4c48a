import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type ApiApp, startApi } from './support/api-app.js';
import { ask } from './support/ask.js';
import { ReadModels, type SiteRows, visitor } from './support/read-models.js';

const shop: SiteRows = {
  daily: [
    ['2026-05-14', 3, 4, 2],
    ['2026-05-16', 10, 12, 3],
    ['2026-05-17', 20, 21, 2],
  ],
  paths: [
    ['2026-05-16', '/a', 5],
    ['2026-05-16', '/b', 5],
    ['2026-05-17', '/a', 5],
    ['2026-05-17', '/50%_off', 5],
    ['2026-05-17', '/50x-off', 4],
    ['2026-05-17', '/Z', 6],
  ],
  visitors: [
    ['2026-05-14', visitor(1)],
    ['2026-05-14', visitor(2)],
    ['2026-05-16', visitor(1)],
    ['2026-05-16', visitor(2)],
    ['2026-05-16', visitor(3)],
    ['2026-05-17', visitor(3)],
    ['2026-05-17', visitor(4)],
  ],
  hours: [
    ['2026-05-16T23:00:00Z', 'page_view', 10],
    ['2026-05-16T23:00:00Z', 'signup', 2],
    ['2026-05-17T00:00:00Z', 'page_view', 20],
  ],
};

let database: TestDatabase;
let api: ApiApp;
let models: ReadModels;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApi(database.url);
  models = new ReadModels(api.pool);
  await models.partitions(2);
  for (const site of ['shop', 'Blog', 'empty']) await models.site(site);
  const blog: SiteRows = { daily: [['2026-05-17', 7, 7, 1]], paths: [['2026-05-17', '/a', 7]] };
  await models.serve(await models.build({ shop, Blog: blog }, 42));
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

const range = { from: '2026-05-16', to: '2026-05-17' };
const site = async (selection: string, variables: Record<string, unknown> = {}, id = 'shop') => {
  const { data, errors } = await ask(
    api,
    `query ($id: ID!, $range: DateRangeInput!, $prefix: String, $after: String, $first: Int! = 10) {
       site(id: $id) { id ${selection} topPathsAnchor: topPaths(range: $range, first: $first, after: $after, prefix: $prefix) { totalCount } }
     }`,
    { id, range, ...variables },
  );
  expect(errors).toBeUndefined();
  return data?.['site'] as Record<string, unknown>;
};

describe('questions over GraphQL', () => {
  test('sites are listed by name, bytewise, with the position of the answer', async () => {
    const answer = await ask(api, '{ sites { id createdAt } }');
    expect(answer.data?.['sites']).toMatchObject([{ id: 'Blog' }, { id: 'empty' }, { id: 'shop' }]);
    expect(answer.extensions).toEqual({ position: '0:42,1:42' });
  });

  test('a site that never had an event is null', async () => {
    expect((await ask(api, '{ site(id: "nobody") { id } }')).data).toEqual({ site: null });
  });

  test('coverage is the first and last day, null without events', async () => {
    expect(await site('coverage { from to }')).toMatchObject({
      coverage: { from: '2026-05-14', to: '2026-05-17' },
    });
    expect(await site('coverage { from to }', {}, 'empty')).toMatchObject({ coverage: null });
  });

  test('totals stand beside those of the equally long range before; a returning visitor counts once', async () => {
    const selection =
      'totals(range: $range) { range { from to } previousRange { from to } current { pageViews events uniqueVisitors viewsPerVisitor } previous { pageViews events uniqueVisitors } }';
    expect(await site(selection)).toMatchObject({
      totals: {
        range,
        current: { pageViews: 30, events: 33, uniqueVisitors: 4, viewsPerVisitor: 7.5 },
        previousRange: { from: '2026-05-14', to: '2026-05-15' },
        previous: { pageViews: 3, events: 4, uniqueVisitors: 2 },
      },
    });
    const none = await site(selection, {}, 'empty');
    expect(none).toMatchObject({ totals: { current: { pageViews: 0, viewsPerVisitor: null } } });
  });

  test('every day of the range is there, zeros filled in', async () => {
    const days = await site('dailyStats(range: $range) { day pageViews events uniqueVisitors }', {
      range: { from: '2026-05-14', to: '2026-05-16' },
    });
    expect(days['dailyStats']).toEqual([
      { day: '2026-05-14', pageViews: 3, events: 4, uniqueVisitors: 2 },
      { day: '2026-05-15', pageViews: 0, events: 0, uniqueVisitors: 0 },
      { day: '2026-05-16', pageViews: 10, events: 12, uniqueVisitors: 3 },
    ]);
  });

  test('every hour of the range is there, with its types', async () => {
    const { hourlyStats } = (await site(
      'hourlyStats(range: $range) { hour pageViews events byType { eventType events } }',
    )) as { hourlyStats: { hour: string }[] };
    expect(hourlyStats).toHaveLength(48);
    expect(hourlyStats[23]).toEqual({
      hour: '2026-05-16T23:00:00.000Z',
      pageViews: 10,
      events: 12,
      byType: [
        { eventType: 'page_view', events: 10 },
        { eventType: 'signup', events: 2 },
      ],
    });
    expect(hourlyStats[24]).toMatchObject({ hour: '2026-05-17T00:00:00.000Z', pageViews: 20 });
    expect(hourlyStats[25]).toMatchObject({ pageViews: 0, events: 0, byType: [] });
  });

  test('distinct visitors over the range', async () => {
    expect(await site('uniqueVisitors(range: $range)')).toMatchObject({ uniqueVisitors: 4 });
  });
});

describe('top paths', () => {
  const selection =
    'topPaths(range: $range, first: $first, after: $after, prefix: $prefix) { nodes { path views share } totalCount totalViews pageInfo { hasNextPage endCursor } }';
  const paths = async (variables: Record<string, unknown> = {}) =>
    (await site(selection, variables))['topPaths'] as {
      nodes: { path: string; views: number; share: number }[];
      totalCount: number;
      totalViews: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };

  test('most viewed first, ties bytewise by path, with the share of all views', async () => {
    const { nodes, totalCount, totalViews, pageInfo } = await paths();
    expect(nodes.map(({ path, views }) => [path, views])).toEqual([
      ['/a', 10],
      ['/Z', 6],
      ['/50%_off', 5],
      ['/b', 5],
      ['/50x-off', 4],
    ]);
    expect(nodes[0]?.share).toBeCloseTo(1 / 3);
    expect({ totalCount, totalViews, next: pageInfo.hasNextPage }).toEqual({
      totalCount: 5,
      totalViews: 30,
      next: false,
    });
  });

  test('pages by cursor give every path once, in order', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 5; page++) {
      const { nodes, totalCount, pageInfo } = await paths({ first: 1, after });
      seen.push(...nodes.map(({ path }) => path));
      expect(totalCount).toBe(5);
      expect(pageInfo.hasNextPage).toBe(page < 4);
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(['/a', '/Z', '/50%_off', '/b', '/50x-off']);
    expect(await paths({ after })).toMatchObject({ nodes: [], totalCount: 5 });
  });

  test('a prefix is literal: % and _ match themselves alone', async () => {
    expect((await paths({ prefix: '/50%' })).nodes.map(({ path }) => path)).toEqual(['/50%_off']);
    expect((await paths({ prefix: '/50%_' })).totalCount).toBe(1);
    expect((await paths({ prefix: '/50' })).totalCount).toBe(2);
    expect(await paths({ prefix: '/_' })).toMatchObject({ nodes: [], totalCount: 0, totalViews: 30 });
    expect((await paths({ prefix: "/' OR 1=1 --" })).nodes).toEqual([]);
  });
});

describe('status', () => {
  test('each projection shows its generation and how far each partition is', async () => {
    api.heads = [
      { partition: 0, sequence: 50, durability: 'synced' },
      { partition: 1, sequence: 42, durability: 'unproven' },
    ];
    const { data } = await ask(
      api,
      '{ projections { name version generation status partitions { partition checkpoint head lag deadLetters stoppedReason } } system { version durability partitions } }',
    );
    expect((data?.['projections'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'daily_aggregates',
      'devices',
      'hourly_series',
      'locales',
      'log_blocks',
      'sources',
      'top_paths',
      'unique_visitors',
    ]);
    expect(data?.['projections']).toMatchObject([
      {
        generation: 1,
        status: 'served',
        partitions: [
          { partition: 0, checkpoint: 42, head: 50, lag: 8, deadLetters: 0, stoppedReason: null },
          { partition: 1, checkpoint: 42, head: 42, lag: 0 },
        ],
      },
      {},
      {},
      {},
      {},
      {},
      {},
      {},
    ]);
    expect(data?.['system']).toMatchObject({ durability: 'unproven', partitions: 2 });
  });

  test('without the log the figures are still served', async () => {
    api.heads = new Error('no log');
    const { data, errors } = await ask(api, '{ projections { name } system { durability partitions } }');
    expect(errors).toBeUndefined();
    expect(data?.['system']).toEqual({ durability: 'unavailable', partitions: 2 });
  });
});

describe('GET /api/stats', () => {
  const stats = async (query: string) => {
    const response = await fetch(`${api.url}/api/stats${query}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('one day of one site, the same figures as GraphQL', async () => {
    expect(await stats('?siteId=shop&date=2026-05-17')).toEqual({
      status: 200,
      body: {
        siteId: 'shop',
        date: '2026-05-17',
        totalViews: 20,
        uniqueUsers: 2,
        topPaths: [
          { path: '/Z', views: 6 },
          { path: '/50%_off', views: 5 },
          { path: '/a', views: 5 },
          { path: '/50x-off', views: 4 },
        ],
      },
    });
  });

  test.each(['?siteId=shop&date=2026-05-15', '?siteId=nobody&date=2026-05-15'])(
    '404 names site and date: %s',
    async (query) => {
      const { status, body } = await stats(query);
      expect(status).toBe(404);
      expect(body).toMatchObject({ statusCode: 404, error: 'Not Found' });
      expect(body['message']).toEqual([expect.stringMatching(/(shop|nobody).*2026-05-15/)]);
    },
  );

  test.each([
    ['', 2],
    ['?siteId=shop', 1],
    ['?siteId=shop&date=2026-02-30', 1],
    ['?siteId=shop&date=17.05.2026', 1],
    ['?siteId=sh%00op&date=2026-05-17', 1],
    ['?siteId=a&siteId=b&date=2026-05-17', 1],
    ['?siteId[x]=a&date[]=2026-05-17', 2],
  ])('400 with one message per fault: %s', async (query, faults) => {
    const { status, body } = await stats(query);
    expect({ status, statusCode: body['statusCode'], error: body['error'] }).toEqual({
      status: 400,
      statusCode: 400,
      error: 'Bad Request',
    });
    expect(body['message']).toHaveLength(faults);
  });
});
