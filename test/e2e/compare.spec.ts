import { afterEach, beforeEach, expect, test } from 'vitest';
import { compareGenerations } from '#database/compare.js';
import type { CompareOptions, Comparison } from '#database/comparison.js';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { defineProjection } from '#projection/define.js';
import { first, max, sum } from '#projection/measures.js';
import type { Projection } from '#projection/types.js';
import { waitFor } from '../harness/wait-for.js';
import { days, Lab, labEvent, paths } from './support/projector-lab.js';

/** Hours, and measures that do not add up. */
const hours = defineProjection({
  name: 'lab_hours',
  version: 1,
  events: 'all',
  keys: { hour: 'timestamptz', type: 'text' },
  measures: { events: sum('bigint'), latest: max('timestamptz'), landing: first('text') },
  project: ({ occurredAt, type, path }) => [
    {
      hour: occurredAt - (occurredAt % 3_600_000),
      type,
      events: 1,
      latest: occurredAt,
      ...(path === undefined ? {} : { landing: path }),
    },
  ],
});

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open(2);
});
afterEach(() => lab.close());

async function twoGenerations(projections: readonly Projection[], next?: Projection): Promise<void> {
  const old = await lab.started({ projections });
  for (const [partition, site] of ['site-a', 'site-b'].entries())
    await lab.append(
      Array.from({ length: 300 }, (_, n) => labEvent(site, n)),
      partition,
    );
  await lab.drained();
  if (next) {
    await old.stop();
    await lab.started({ projections: [...projections, next] });
  } else await requestJob(lab.pool, 'rebuild', { swap: false });
  await waitFor(async () => (await lab.query(`SELECT FROM job WHERE state = 'done'`)).length === 1);
}

async function compare(projection: string, options: CompareOptions = {}): Promise<Comparison> {
  const generations = await lab.query<{ id: number; number: number }>(
    `SELECT id, number FROM generation WHERE projection = '${projection}' ORDER BY number`,
  );
  const [a, b] = generations.map(({ id, number }) => ({ projection, number, generationId: id }));
  if (!a || !b) throw new Error('no two generations');
  return compareGenerations(rowsOf(lab.pool), a, b, options);
}

const differing = ({ days: found }: Comparison) =>
  found.filter((each) => each.differs).map(({ day, measure }) => `${day ?? '-'} ${measure}`);

test('nothing differs between a rebuild and what it was built beside', async () => {
  await twoGenerations([days, paths, hours]);
  const inDays = await compare('lab_days');
  expect(inDays).toMatchObject({ examples: [], unlike: [] });
  expect(inDays.days.slice(0, 4)).toEqual([
    { day: '2026-03-01', measure: 'rows', served: 2, candidate: 2, differs: false },
    { day: '2026-03-01', measure: 'events', served: 200, candidate: 200, differs: false },
    { day: '2026-03-01', measure: 'weight', served: 200, candidate: 200, differs: false },
    { day: '2026-03-01', measure: 'visitors', served: 34, candidate: 34, differs: false },
  ]);
  expect(inDays.days.filter((each) => each.measure === 'visitors members')).toHaveLength(3);
  expect(differing(inDays)).toEqual([]);
  const inHours = await compare('lab_hours');
  expect(inHours.days.map(({ day, measure, served }) => [day, measure, served]).slice(0, 4)).toEqual([
    ['2026-03-01', 'rows', 4],
    ['2026-03-01', 'events', 200],
    ['2026-03-01', 'latest', null],
    ['2026-03-01', 'landing', null],
  ]);
  expect(differing(inHours)).toEqual([]);
});

test('a changed, a missing and an added row are found, each with its day, site and key', async () => {
  await twoGenerations([days, paths, hours]);
  await lab.query(`UPDATE lab_days_g2 SET events = events + 5 WHERE day = '2026-03-02' AND row_set =
    (SELECT row_set FROM row_set JOIN site s ON s.id = site_id JOIN generation g ON g.id = generation_id
     WHERE s.name = 'site-b' AND g.projection = 'lab_days' AND number = 2)`);
  const changed = await compare('lab_days');
  expect(differing(changed)).toEqual(['2026-03-02 events']);
  expect(changed.days.find((each) => each.differs)).toMatchObject({ served: 200, candidate: 205 });
  expect(changed.examples).toEqual([
    {
      day: '2026-03-02',
      site: 'site-b',
      of: 'rows',
      key: { day: '2026-03-02' },
      served: { events: 100, weight: 100, visitors: 17 },
      candidate: { events: 105, weight: 100, visitors: 17 },
    },
  ]);
  expect(differing(await compare('lab_days', { siteId: 'site-a' }))).toEqual([]);
  expect(differing(await compare('lab_days', { siteId: 'site-b' }))).toHaveLength(1);
  expect(differing(await compare('lab_days', { from: '2026-03-03' }))).toEqual([]);
  expect(differing(await compare('lab_days', { to: '2026-03-01' }))).toEqual([]);
  expect(differing(await compare('lab_days', { from: '2026-03-02', to: '2026-03-02' }))).toHaveLength(1);

  await lab.query(`DELETE FROM lab_paths_g2 WHERE path = '/page/3' AND day = '2026-03-03'`);
  await lab.query(`INSERT INTO lab_paths_g2 SELECT row_set, day, '/new', 1 FROM lab_paths_g2
    WHERE path = '/page/1' AND day = '2026-03-01'`);
  const rows = await compare('lab_paths');
  expect(differing(rows)).toEqual([
    '2026-03-01 rows',
    '2026-03-01 views',
    '2026-03-03 rows',
    '2026-03-03 views',
  ]);
  expect(
    rows.examples.map(({ day, site, key, served, candidate }) => [
      day,
      site,
      key['path'],
      served?.['views'] === undefined,
      candidate,
    ]),
  ).toEqual([
    ['2026-03-01', 'site-a', '/new', true, { views: 1 }],
    ['2026-03-01', 'site-b', '/new', true, { views: 1 }],
    ['2026-03-03', 'site-a', '/page/3', false, null],
    ['2026-03-03', 'site-b', '/page/3', false, null],
  ]);
});

test('differences that totals hide are found: exchanged figures, another member, another moment', async () => {
  await twoGenerations([days, paths, hours]);
  await lab.query(`UPDATE lab_paths_g2 SET views = views + CASE path WHEN '/page/1' THEN 1 ELSE -1 END
    WHERE path IN ('/page/1', '/page/2') AND day = '2026-03-01'`);
  expect(differing(await compare('lab_paths'))).toEqual(['2026-03-01 views']);

  const member = '00000000-0000-4000-8000-000000000000';
  await lab.query(`UPDATE lab_days_g2_visitors SET member = '${member}' WHERE day = '2026-03-03' AND member =
    (SELECT min(member::text)::uuid FROM lab_days_g2_visitors WHERE day = '2026-03-03')`);
  const members = await compare('lab_days');
  expect(differing(members)).toEqual(['2026-03-03 visitors members']);
  expect(members.examples[0]).toMatchObject({ of: 'visitors members', key: { member }, served: null });
  expect(differing(await compare('lab_days', { members: false }))).toEqual([]);

  await lab.query(`UPDATE lab_hours_g2 SET landing_ordinal = landing_ordinal + 1 WHERE type = 'click'
    AND hour < '2026-03-02'`);
  await lab.query(`UPDATE lab_hours_g2 SET latest = latest + interval '1 ms' WHERE hour >= '2026-03-03'`);
  expect(differing(await compare('lab_hours'))).toEqual(['2026-03-01 landing', '2026-03-03 latest']);
});

test('of two versions with other columns, what both have is compared, and the rest is named', async () => {
  const finer = defineProjection({
    name: 'lab_days',
    version: 2,
    events: 'all',
    keys: { day: 'date', type: 'text' },
    measures: { events: sum('int'), views: sum('bigint') },
    project: ({ occurredAt, type }) => [
      { day: new Date(occurredAt).toISOString().slice(0, 10), type, events: 1, views: 1 },
    ],
  });
  await twoGenerations([days], finer);
  const found = await compare('lab_days');
  expect(found.unlike).toEqual(['type', 'views', 'visitors', 'weight']);
  expect(
    found.days.map(({ measure, served, candidate, differs }) => [measure, served, candidate, differs]),
  ).toEqual(Array.from({ length: 3 }, () => ['events', 200, 200, false]));
  await lab.query(`UPDATE lab_days_g2 SET events = 0 WHERE day = '2026-03-02' AND type = 'click'`);
  expect(differing(await compare('lab_days'))).toEqual(['2026-03-02 events']);
});

test('tables that are gone are not taken for equal ones', async () => {
  await twoGenerations([paths]);
  await lab.query('DROP TABLE lab_paths_g2');
  await expect(compare('lab_paths')).rejects.toThrow(/lab_paths is gone/);
});
