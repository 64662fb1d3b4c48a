import { expect, test } from 'vitest';
import type { StoredEvent } from '#events/stored-event.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { uuidOf } from '../e2e/support/projector-lab.js';
import { newRandom } from '../laws/support/random.js';
import { openProcessLab } from './support/processes.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const random = newRandom('late events');
const zone = 'Europe/Berlin';

/** An event every ten minutes from one local midnight to another. */
function every(site: string, from: string, to: string): StoredEvent[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return Array.from({ length: (end - start) / (10 * MINUTE) }, (_, n) => {
    const occurredAt = start + n * 10 * MINUTE;
    return {
      v: 1,
      id: uuidOf(`${site} ${occurredAt}`),
      site,
      type: 'page_view',
      occurredAt,
      receivedAt: occurredAt + 50,
      visitorId: uuidOf(`visitor ${n % 9}`),
      path: `/${n % 4}`,
      source: { dialect: 'test' },
    };
  });
}

/** Three days each around the clocks' going forward and back. */
const year = (site: string) => [
  ...every(site, '2026-03-28T00:00+01:00', '2026-03-31T00:00+02:00'),
  ...every(site, '2026-10-24T00:00+02:00', '2026-10-27T00:00+01:00'),
];

async function rowsOf(lab: Lab, site: string, table: string, columns: string): Promise<unknown[]> {
  const rows = await lab.query<{ row: string }>(
    `SELECT concat_ws(' ', ${columns}) AS row FROM ${table} t JOIN row_set USING (row_set) JOIN site s ON s.id = site_id
     WHERE s.name = $1 ORDER BY 1`,
    [site],
  );
  return rows.map(({ row }) => row);
}

test('F16 events that come shuffled and up to 48 hours late make the rows of those that come in order', async () => {
  const { lab, start } = await openProcessLab();
  for (const site of ['in-order', 'late'])
    await lab.query('INSERT INTO site (name, partition, time_zone) VALUES ($1, 0, $2)', [site, zone]);
  await start({ limits: { batchEvents: 70 } });
  const inOrder = year('in-order');
  for (let n = 0; n < inOrder.length; n += 50) await lab.append(inOrder.slice(n, n + 50));
  const late = random
    .shuffled(year('late'))
    .map((event) => ({ ...event, receivedAt: event.occurredAt + random.below(48 * HOUR) }));
  const messages = random.cut(late, 40);
  for (const message of messages) await lab.append([...message, random.pick(late)]);
  await lab.drained();
  expect(await lab.query('SELECT events, duplicates FROM partition')).toEqual([
    { events: 2 * late.length, duplicates: messages.length },
  ]);

  // A day of 23 and one of 25 hours, with six events in each hour.
  const days = [
    '2026-03-28 144',
    '2026-03-29 138',
    '2026-03-30 144',
    '2026-10-24 144',
    '2026-10-25 150',
    '2026-10-26 144',
  ];
  for (const site of ['in-order', 'late'])
    expect(await rowsOf(lab, site, 'daily_aggregates_g1', 'day, events')).toEqual(days);
  const hours = await rowsOf(lab, 'late', 'hourly_series_g1', 'hour, events');
  expect(hours).toHaveLength(144);
  expect(new Set(hours.map((row) => String(row).split(' ').at(-1)))).toEqual(new Set(['6']));
  for (const [table, columns] of [
    ['daily_aggregates_g1', 'day, page_views, events'],
    ['hourly_series_g1', 'hour, event_type, events'],
    ['top_paths_g1', 'day, path, views'],
    ['unique_visitors_g1', 'day, visitors'],
    ['unique_visitors_g1_visitors', 'day, member'],
  ] as const)
    expect(await rowsOf(lab, 'late', table, columns)).toEqual(await rowsOf(lab, 'in-order', table, columns));
});
