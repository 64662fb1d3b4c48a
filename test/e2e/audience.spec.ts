import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GOOD, post } from './support/ingest-app.js';
import { PastLab } from './support/past-lab.js';

const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const chrome = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/141.0.0.0 Safari/537.36`;
const phone = `Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/141.0.0.0 Mobile Safari/537.36`;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
const google = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const headless = `Mozilla/5.0 (X11; Linux x86_64) ${webKit} HeadlessChrome/131.0.0.0 Safari/537.36`;
const library = 'python-requests/2.32.0';

const page = 'https://shop.example/';
const NEPAL = '202.79.32.10';
const GERMANY = '2a01:4f8::1';

/** Headers of the request, and what the event says. */
const VIEWS: readonly (readonly [Record<string, string>, object])[] = [
  [
    { 'user-agent': chrome, 'accept-language': 'de-DE,de;q=0.9' },
    { url: page, referrer: 'https://www.google.com/', screen: '1920x1080', address: GERMANY },
  ],
  [
    { 'user-agent': chrome, 'accept-language': 'en' },
    {
      url: `${page}?utm_source=news&utm_medium=email&utm_campaign=May&utm_term=t&utm_content=top`,
      screen: '1440x900',
    },
  ],
  [
    { 'user-agent': phone, 'accept-language': 'de-AT' },
    { url: `${page}a`, referrer: page, screen: '390x844', address: GERMANY },
  ],
  [{ 'user-agent': firefox }, { url: `${page}?gclid=1`, address: NEPAL }],
  [{ 'user-agent': google }, { url: page }],
  [{ 'user-agent': headless }, { url: page }],
  // A server that sends for its visitors: it says who they are, or nobody knows.
  [{ 'user-agent': library }, { url: page, userAgent: phone, language: 'fr' }],
  [{ 'user-agent': library }, { url: page, userAgent: 'curl/8.14.1' }],
  [{ 'user-agent': library }, { url: page }],
];

let lab: PastLab;
beforeAll(async () => {
  lab = await PastLab.open();
  await lab.project();
  for (const [headers, event] of VIEWS) {
    const { path, ...good } = GOOD;
    expect(path).toBe('/pricing');
    const answer = await post(`${lab.app.url}/api/event`, { ...good, ...event }, { headers });
    expect(answer.status, answer.text).toBe(202);
  }
  // Of no dimension: it is no view of a page.
  const click = { ...GOOD, eventType: 'click', referrer: 'https://other.example/' };
  await post(`${lab.app.url}/api/event`, click, { headers: { 'user-agent': firefox } });
  await lab.drained();
});
afterAll(() => lab.stop());

interface Connection {
  nodes: { value: string; views: number; share: number }[];
  totalCount: number;
  totalViews: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

async function audience(dimension: string, more: Record<string, unknown> = {}): Promise<Connection> {
  const { data, errors } = await lab.ask(
    `query ($dimension: AudienceDimension!, $range: DateRangeInput!, $first: Int, $after: String, $asOf: AsOfInput) {
      site(id: "shop", asOf: $asOf) { audience(range: $range, dimension: $dimension, first: $first, after: $after) {
        nodes { value views share } totalCount totalViews pageInfo { hasNextPage endCursor } } } }`,
    { dimension, range: { from: '2026-01-31', to: '2026-01-31' }, first: 10, ...more },
  );
  expect(errors).toBeUndefined();
  return (data?.['site'] as { audience: Connection }).audience;
}

const rows = async (dimension: string, more?: Record<string, unknown>) =>
  (await audience(dimension, more)).nodes.map(({ value, views }) => `${value} ${views}`);

describe('what was sent by HTTP, divided', () => {
  test.each([
    ['BROWSER', ['Chrome 4', 'Firefox 1']],
    ['OS', ['Android 2', 'Windows 2', 'Linux 1']],
    ['DEVICE', ['desktop 3', 'mobile 2']],
    ['SCREEN', ['desktop 2', 'mobile 1']],
    ['BOT', ['browser-automation 1', 'http-library 1', 'search-engine 1']],
    ['CHANNEL', ['direct 5', 'email 1', 'organic_search 1', 'paid_search 1']],
    ['REFERRER', ['google.com 1']],
    ['UTM_SOURCE', ['news 1']],
    ['UTM_MEDIUM', ['email 1']],
    ['UTM_CAMPAIGN', ['May 1']],
    ['UTM_TERM', ['t 1']],
    ['UTM_CONTENT', ['top 1']],
    ['COUNTRY', ['DE 2', 'NP 1']],
    ['LANGUAGE', ['de 2', 'en 1', 'fr 1']],
  ])('by %s', async (dimension, expected) => {
    expect(await rows(dimension)).toEqual(expected);
  });

  test('a share is that of the views of which the value is known', async () => {
    expect(await audience('BROWSER')).toMatchObject({
      nodes: [{ share: 0.8 }, { share: 0.2 }],
      totalCount: 2,
      totalViews: 5,
      pageInfo: { hasNextPage: false },
    });
    const nothing = { nodes: [], totalCount: 0, totalViews: 0, pageInfo: { endCursor: null } };
    expect(await audience('BROWSER', { range: { from: '2026-02-01', to: '2026-02-01' } })).toMatchObject(
      nothing,
    );
  });

  test('pages by cursor give every value once, in order', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { nodes, totalCount, totalViews, pageInfo } = await audience('OS', { first: 1, after });
      expect({ totalCount, totalViews }).toEqual({ totalCount: 3, totalViews: 5 });
      seen.push(...nodes.map(({ value }) => value));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(['Android', 'Windows', 'Linux']);
  });

  test.each([
    [{ first: 0 }, 'first must be 1 to 500'],
    [{ first: 501 }, 'first must be 1 to 500'],
    [{ after: 'x' }, 'after must be the endCursor of a previous page'],
    [{ range: { from: '2026-02-01', to: '2026-01-01' } }, 'range.from must not be after range.to'],
  ])('%o: %s', async (more, message) => {
    const { errors } = await lab.ask(
      `query ($range: DateRangeInput!, $first: Int, $after: String) {
        site(id: "shop") { audience(range: $range, dimension: OS, first: $first, after: $after) { totalCount } } }`,
      { range: { from: '2026-01-31', to: '2026-01-31' }, first: 10, ...more },
    );
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

test('bots are flagged and counted until a rule leaves them out, and again when it goes', async () => {
  const before = new Date().toISOString();
  const views = async () => {
    const { data } = await lab.ask(
      '{ site(id: "shop") { totals(range: { from: "2026-01-31", to: "2026-01-31" }) { current { pageViews } } } }',
    );
    return (data?.['site'] as { totals: { current: { pageViews: number } } }).totals.current.pageViews;
  };
  expect(await views()).toBe(9);

  await lab.rule('{ kind: EXCLUDE_BOTS }');
  // The library that a server of one's own sends with is no visitor, and so no bot.
  expect(await views()).toBe(6);
  expect(await rows('BOT')).toEqual([]);
  expect(await rows('CHANNEL')).toEqual(['direct 2', 'email 1', 'organic_search 1', 'paid_search 1']);
  expect(await rows('BOT', { asOf: { time: before, seconds: 30 } })).toHaveLength(3);

  const undone = await lab.ask('mutation { undoRule(siteId: "shop") { receipt } }');
  expect(undone.errors).toBeUndefined();
  const { receipt } = undone.data?.['undoRule'] as { receipt: string };
  await lab.ask('query ($receipt: String!) @waitFor(receipt: $receipt, seconds: 30) { sites { id } }', {
    receipt,
  });
  expect(await views()).toBe(9);
  expect(await rows('BOT')).toHaveLength(3);
});

test('what is not filled yet is null, now and as of then, and not nothing', async () => {
  const unserve = `DELETE FROM served_generation WHERE projection = 'devices' RETURNING generation_id`;
  const { rows: served } = await lab.pool.query<{ generation_id: number }>(unserve);
  const serve = () =>
    lab.pool.query('INSERT INTO served_generation (projection, generation_id) VALUES ($1, $2)', [
      'devices',
      served[0]?.generation_id,
    ]);
  const both = async (asOf?: object) => {
    const range = '{ from: "2026-01-31", to: "2026-01-31" }';
    const { data, errors } = await lab.ask(
      `query ($asOf: AsOfInput) { site(id: "shop", asOf: $asOf) {
        browsers: audience(range: ${range}, dimension: BROWSER) { totalViews }
        channels: audience(range: ${range}, dimension: CHANNEL) { totalViews } } }`,
      { asOf: asOf && { seconds: 30, ...asOf } },
    );
    expect(errors).toBeUndefined();
    return data?.['site'];
  };
  try {
    expect(await both()).toEqual({ browsers: null, channels: { totalViews: 8 } });
    expect(await both({ time: new Date().toISOString() })).toEqual({
      browsers: null,
      channels: { totalViews: 8 },
    });
    // Nothing was stored by then, of whatever it is.
    expect(await both({ time: '2020-01-01T00:00:00Z' })).toEqual({
      browsers: null,
      channels: { totalViews: 0 },
    });
  } finally {
    await serve();
  }
  expect(await both()).toEqual({ browsers: { totalViews: 5 }, channels: { totalViews: 8 } });
});
