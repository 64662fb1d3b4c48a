import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { pageLimits } from '#api/explained-events.js';
import { encodeEvent } from '#events/codec.js';
import type { Projector } from '#projector/projector.js';

import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';
import { appendFiller, appendMixed, DAYS, event, parking, SITES, start } from './support/explained-log.js';
import { startIngest, type IngestApp } from './support/ingest-app.js';
import { startProjector } from './support/ingest-projector.js';
import { watchReads } from './support/log-reads.js';

let product: IngestApp;
let projector: Projector;
beforeAll(async () => {
  // On a machine that stands still now and then a page would end early, as it should.
  pageLimits.milliseconds = 60_000;
  product = await startIngest();
  await appendMixed(product, 300);
  await appendFiller(product, 2_000);
  await appendMixed(product, 300);
  projector = await startProjector(product, parking);
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
    devices: 2,
    hourly_series: 4,
    locales: 2,
    log_blocks: 4,
    sources: 2,
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
    const stop = watchReads(product.log, (sequence) => sequences.push(sequence));
    await work();
    stop();
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

  test('so much for one page and no more: it may be empty, its cursor leads on, and the sum is the same', async () => {
    const [day = ''] = DAYS;
    const whole = await all('rare', { day, eventType: 'click' });
    const pages: Page[] = [];
    pageLimits.messages = 100;
    const sequences = await readWhile(async () => {
      do {
        const after = pages.at(-1)?.pageInfo.endCursor;
        pages.push(await figure('rare', { day, eventType: 'click', after }));
      } while (pages.at(-1)?.pageInfo.hasNextPage);
    });
    pageLimits.messages = 5_000;
    expect(pages.flatMap(({ nodes }) => nodes)).toEqual(whole);
    expect(pages.some(({ nodes, pageInfo }) => nodes.length === 0 && pageInfo.hasNextPage)).toBe(true);
    expect(pages.length).toBeGreaterThanOrEqual(Math.floor(sequences.length / 100));
    expect(sequences.length).toBeLessThanOrEqual(100 * pages.length);
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
