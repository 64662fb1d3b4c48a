import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { LogMessage, LogReader } from '#event-log/types.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';
import { Projector } from '#projector/projector.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';

import { openLog } from '../harness/event-log.js';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/api-app.js';
import { startIngest, type IngestApp } from './support/ingest-app.js';

/** Some events cannot be projected by one of the read models. */
const parking = projections.map((projection): Projection => ({
  ...projection,
  project: (event, site, position) => {
    if (event.title === `not for ${projection.name}`) throw new Error('refused here alone');
    return projection.project(event, site, position);
  },
}));

const DAYS = ['2026-03-14', '2026-03-15', '2026-03-16'];
const SITES = ['rare', 'other', 'busy'];
const start = Date.parse('2026-03-14T00:00:00Z');

let product: IngestApp;
let projector: Projector;
let made = 0;

/** The n-th event: days, types and paths take turns, midnight is among the times. */
function event(site: string, change: Partial<StoredEvent> = {}): StoredEvent {
  const n = made++;
  const occurredAt =
    start + (Math.floor(n / 3) % 3) * 86_400_000 + (n % 4 === 0 ? 0 : (n * 7_919) % 86_400_000);
  return {
    v: 1,
    id: randomUUID(),
    site,
    type: n % 4 === 3 ? 'click' : 'page_view',
    occurredAt,
    receivedAt: occurredAt + 1_000,
    visitorId: `v-${n % 9}`,
    path: `/page/${n % 5}`,
    source: { dialect: 'test' },
    ...change,
  };
}

/** Together, so that they share messages: with copies, with lines that are no events, and with some that are parked. */
async function appendMixed(count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, i) => event(SITES[i % 3] ?? ''));
  const copies = events.filter((_, i) => i % 10 === 0).map((each) => event(each.site, { id: each.id }));
  const parked = ['daily_aggregates', 'top_paths', 'hourly_series'].map((name) =>
    event('rare', { title: `not for ${name}`, type: 'page_view', path: '/page/1' }),
  );
  parked.push(event('lone', { title: 'not for log_blocks', occurredAt: start, receivedAt: start }));
  const lines = [...events.map(encodeEvent), 'no event', ...[...copies, ...parked].map(encodeEvent)];
  await Promise.all(lines.map((line) => product.log.append(0, line)));
}

/** One event a message: this is what moves the sequence on. */
async function appendFiller(count: number): Promise<void> {
  const log = await openLog(product.nats, { limits: { batchEvents: 1 } });
  for (let left = count; left > 0; left -= 200) {
    const some = Array.from({ length: 200 }, () => log.append(0, encodeEvent(event('busy'))));
    for (const outcome of await Promise.all(some)) expect(outcome.stored).toBe(true);
  }
  await log.close();
}

beforeAll(async () => {
  product = await startIngest();
  await appendMixed(300);
  await appendFiller(2_000);
  await appendMixed(300);
  projector = new Projector({
    url: product.databaseUrl,
    log: product.log,
    projections: parking,
    logger: silentLogger,
    metrics: new Metrics({ defaults: false }),
    limits: { tickMs: 50 },
  });
  await projector.start();
  const { sequence } = await product.log.head(0);
  await waitFor(
    async () => {
      const { extensions } = await ask(product, '{ sites { id } }');
      return String(extensions?.['position']).startsWith(`0:${sequence},`);
    },
    { timeout: 60_000 },
  );
});

afterAll(async () => {
  await projector?.stop();
  await product?.stop();
});

interface Node {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly path: string;
  readonly visitor: string;
  readonly position: string;
}

interface Page {
  readonly nodes: Node[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const figure = async (site: string, args: Record<string, unknown>): Promise<Page> => {
  const { data, errors } = await ask(
    product,
    `query ($site: ID!, $day: Date!, $path: String, $eventType: String, $measure: ExplainedMeasure, $first: Int! = 100, $after: String) {
      site(id: $site) { explain(day: $day, path: $path, eventType: $eventType, measure: $measure, first: $first, after: $after) {
        nodes { id type occurredAt path visitor position } pageInfo { hasNextPage endCursor } } } }`,
    { site, ...args },
  );
  expect(errors).toBeUndefined();
  return (data?.['site'] as { explain: Page }).explain;
};

/** Every page of it, one after another. */
async function all(site: string, args: Record<string, unknown>): Promise<Node[]> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await figure(site, { ...args, after });
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}

interface Figures {
  readonly dailyStats: { day: string; events: number; pageViews: number; uniqueVisitors: number }[];
  readonly topPaths: { nodes: { path: string; views: number }[] };
  readonly hourlyStats: { byType: { eventType: string; events: number }[] }[];
}

async function figuresOf(site: string, day: string): Promise<Figures> {
  const { data } = await ask(
    product,
    `query ($site: ID!, $range: DateRangeInput!) { site(id: $site) { dailyStats(range: $range) { day events pageViews uniqueVisitors }
      topPaths(range: $range) { nodes { path views } } hourlyStats(range: $range) { byType { eventType events } } } }`,
    { site, range: { from: day, to: day } },
  );
  return data?.['site'] as Figures;
}

describe.each(SITES)('the pages of %s add up to', (site) => {
  test.each(DAYS)('its figures of %s', async (day) => {
    const { dailyStats, topPaths, hourlyStats } = await figuresOf(site, day);
    const [daily] = dailyStats;
    expect(daily?.events).toBeGreaterThan(40);

    const events = await all(site, { day });
    expect(events).toHaveLength(daily?.events ?? 0);
    expect(new Set(events.map(({ visitor }) => visitor)).size).toBe(daily?.uniqueVisitors);
    expect(new Set(events.map(({ position }) => position)).size).toBe(events.length);
    expect(events.every(({ occurredAt }) => occurredAt.startsWith(day))).toBe(true);
    expect(await all(site, { day, measure: 'PAGE_VIEWS', first: 7 })).toHaveLength(daily?.pageViews ?? 0);

    for (const { path, views } of topPaths.nodes) {
      const nodes = await all(site, { day, path });
      expect(nodes.map((node) => node.path)).toEqual(Array.from({ length: views }, () => path));
    }
    const clicks = hourlyStats
      .flatMap(({ byType }) => byType)
      .filter(({ eventType }) => eventType === 'click')
      .reduce((sum, each) => sum + each.events, 0);
    expect(await all(site, { day, eventType: 'click' })).toHaveLength(clicks);
  });
});

test('the log has what must not be counted: copies, dead letters of single read models, lines that are no events', async () => {
  const { data } = await ask(product, '{ projections { name partitions { partition deadLetters } } }');
  const letters = Object.fromEntries(
    (data?.['projections'] as { name: string; partitions: { deadLetters: number }[] }[]).map((each) => [
      each.name,
      each.partitions[0]?.deadLetters,
    ]),
  );
  expect(letters).toEqual({
    daily_aggregates: 4,
    hourly_series: 4,
    log_blocks: 4,
    top_paths: 4,
    unique_visitors: 2,
  });
  const inLog = (await product.stored().catch(() => [])).length;
  expect(inLog).toBe(0); // a line is no event, which is what `stored` throws for
});

describe('of the log it reads', () => {
  /** Sequences that were handed over by the log itself, in order. */
  async function readWhile(work: () => Promise<unknown>): Promise<number[]> {
    const sequences: number[] = [];
    const read = product.log.read.bind(product.log);
    const spy = vi.spyOn(product.log, 'read').mockImplementation((...args): LogReader => {
      const reader = read(...args);
      return {
        stop: () => reader.stop(),
        async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage, void, void> {
          for await (const message of reader) {
            sequences.push(message.sequence);
            yield message;
          }
        },
      };
    });
    await work();
    spy.mockRestore();
    return sequences;
  }

  const blockOf = (sequence: number) => Math.floor((sequence - 1) / 1_000);

  test('no block without an event of that site and day, and each message about once over all pages', async () => {
    const { sequence: head } = await product.log.head(0);
    const day = DAYS[0] ?? '';
    let pages = 0;
    const sequences = await readWhile(async () => {
      let after: string | null = null;
      for (;;) {
        const page = await figure('rare', { day, first: 20, after });
        pages += 1;
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
    });
    expect(head).toBeGreaterThan(2_000);
    expect([...new Set(sequences.map(blockOf))]).toEqual([0, 2]);
    expect(pages).toBeGreaterThan(2);
    expect(sequences.length).toBeLessThanOrEqual(1_000 + (head - 2_000) + pages);
  });

  test('nothing for a day without events', async () => {
    expect(await readWhile(() => figure('rare', { day: '2025-01-01' }))).toEqual([]);
  });

  test('a page ends where it is full', async () => {
    const sequences = await readWhile(() => figure('busy', { day: DAYS[1], first: 1 }));
    expect(sequences.length).toBeLessThan(20);
  });
});

test('an event that the index of the log alone lacks is found', async () => {
  const [day = ''] = DAYS;
  const { dailyStats } = await figuresOf('lone', day);
  expect(dailyStats[0]?.events).toBe(2);
  expect(await all('lone', { day })).toHaveLength(2);
});

describe('a cursor', () => {
  test('stays good while events come in: the same page, and the new ones at the end', async () => {
    const [day = ''] = DAYS;
    const first = await figure('other', { day, first: 10 });
    const after = first.pageInfo.endCursor;
    const second = await figure('other', { day, first: 10, after });
    const before = await all('other', { day });
    const late = event('other', { occurredAt: start + 5, receivedAt: start + 6 });
    await product.log.append(0, encodeEvent(late));
    const events = await waitFor(async () => {
      const now = await all('other', { day });
      return now.length === before.length + 1 ? now : undefined;
    });
    expect(events.at(-1)?.id).toBe(late.id);
    expect(await figure('other', { day, first: 10, after })).toEqual(second);
    expect(events.slice(0, 20)).toEqual([...first.nodes, ...second.nodes]);
  });
});

test.each([
  ['{ day: "2026-02-30" }', 'day must be a day that exists, from 1970 on, as YYYY-MM-DD'],
  ['{ day: "2026-03-14", first: 0 }', 'first must be 1 to 100'],
  ['{ day: "2026-03-14", first: 101 }', 'first must be 1 to 100'],
  ['{ day: "2026-03-14", after: "x" }', 'after must be the endCursor of a previous page'],
  [
    '{ day: "2026-03-14", eventType: "click", measure: EVENTS }',
    'eventType and measure say the same: give one of them',
  ],
])('%s is refused', async (args, message) => {
  const { errors } = await ask(
    product,
    `{ site(id: "rare") { explain(${args.slice(2, -2)}) { pageInfo { hasNextPage } } } }`,
  );
  expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
});
