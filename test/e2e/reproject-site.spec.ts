import { afterEach, beforeEach, expect, test } from 'vitest';
import { compareGenerations } from '#database/compare.js';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import type { Projection } from '#projection/types.js';
import { ended } from './support/dead-letters.js';
import { watchReads } from './support/log-reads.js';
import {
  aroundChanges,
  daysIn,
  endOf,
  everyProjection,
  expectRebuiltEqual,
  moved,
  served,
  servedDays,
} from './support/moved-days.js';
import { days, Lab, labEvent, paths } from './support/projector-lab.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const ZONES = ['Asia/Kathmandu', 'America/New_York'] as const;

/** Events of two sites in turn, some of them twice, and some that not every read model can project. */
async function fill(): Promise<ReturnType<typeof aroundChanges>> {
  const events = aroundChanges('site-a', 0, 1_000);
  for (let n = 0; n < 1_000; n += 50) {
    await lab.append([...events.slice(n, n + 50), ...events.slice(Math.max(0, n - 10), n)]);
    await lab.append(aroundChanges('site-b', n, n + 20));
  }
  // `lab_days` refuses them.
  const poisoned = aroundChanges('site-a', 2_000, 2_003).map((each) => ({ ...each, type: 'poison' }));
  await lab.append(poisoned);
  await lab.drained();
  return [...events, ...poisoned];
}

test('days are those of each zone in turn, totals stay, and other sites are not touched', async () => {
  await lab.started({ projections: everyProjection });
  const events = await fill();
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('UTC', events));
  const others = await served(lab, (site) => site !== 'site-a');
  for (const [i, zone] of ZONES.entries()) {
    const job = await moved(lab, 'site-a', zone, i + 1);
    expect(job.progress).toMatchObject({
      eventsDone: events.length,
      eventsTotal: events.length,
      rate: expect.any(Number) as number,
      result: { revision: i + 1, reprojected: true },
    });
    expect(await servedDays(lab, 'site-a')).toEqual(daysIn(zone, events));
    expect(await lab.query(`SELECT time_zone, revision FROM site WHERE name = 'site-a'`)).toEqual([
      { time_zone: zone, revision: i + 1 },
    ]);
    expect(await served(lab, (site) => site !== 'site-a')).toEqual(others);
  }
  // What was served before is kept, with the settings it belongs to.
  expect(
    await lab.query(
      `SELECT settings ->> 'timeZone' AS zone, revision, count(*)::int AS sets, bool_and(kept_until > now() + interval '6 days') AS kept
       FROM spare_row_set GROUP BY 1, 2 ORDER BY 2`,
    ),
  ).toEqual([
    { zone: 'UTC', revision: 0, sets: everyProjection.length, kept: true },
    { zone: 'Asia/Kathmandu', revision: 1, sets: everyProjection.length, kept: true },
  ]);

  await lab.append([...aroundChanges('site-a', 1_000, 1_010), ...aroundChanges('site-a', 0, 5)]);
  await lab.drained();
  const all = [...events, ...aroundChanges('site-a', 1_000, 1_010)];
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('America/New_York', all));
  expect(told(await verify(lab))).toEqual([]);
});

test('a rebuild afterwards gives what is served', async () => {
  await lab.started({ projections: everyProjection });
  const events = await fill();
  await moved(lab, 'site-a', 'America/New_York', 1);
  await expectRebuiltEqual(lab);
  for (const { name } of everyProjection) {
    const [a, b] = await lab.query<{ id: number; number: number }>(
      `SELECT id, number FROM generation WHERE projection = $1 ORDER BY number`,
      [name],
    );
    if (!a || !b) throw new Error(`no two generations of ${name}`);
    const side = ({ id, number }: typeof a) => ({ projection: name, number, generationId: id });
    const compared = await compareGenerations(rowsOf(lab.pool), side(a), side(b), {});
    expect(compared.examples).toEqual([]);
    expect(compared.days.length).toBeGreaterThan(0);
    expect(compared.days.filter((each) => each.differs)).toEqual([]);
  }
  // The generation that was served before is kept, and has the site's new settings as well.
  await moved(lab, 'site-a', 'Asia/Kathmandu', 2);
  await endOf(lab, await requestJob(lab.pool, 'rollback', { projection: 'daily_aggregates' }));
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('Asia/Kathmandu', events));
});

test('only the blocks of the log are read where the site has events', async () => {
  await lab.started({ projections: everyProjection });
  const rare = aroundChanges('rare', 0, 4);
  // One after the other: a message each; three blocks of a thousand, and it has events in the first and the last one.
  for (let n = 1; n <= 2_100; n++)
    await lab.append(n === 10 ? rare.slice(0, 2) : n === 2_050 ? rare.slice(2) : [labEvent('busy', n)]);
  await lab.drained();
  const read = new Set<number>();
  const stop = watchReads(lab.log, (sequence) => read.add(sequence));
  await moved(lab, 'rare', 'Asia/Kathmandu', 1);
  stop();
  expect(await servedDays(lab, 'rare')).toEqual(daysIn('Asia/Kathmandu', rare));
  expect(Math.min(...read)).toBe(1);
  expect(read.size).toBe(1_100);
  expect([...read].filter((sequence) => sequence > 1_000 && sequence <= 2_000)).toEqual([]);
});

test('what cannot be carried out says why, and what is outdated changes nothing', async () => {
  await lab.started();
  await lab.append([labEvent('site-a', 1)]);
  await lab.drained();
  const failed = async (change: Record<string, unknown>) => {
    const order = { site: 'site-a', timeZone: 'Asia/Kathmandu', revision: 1, ...change };
    const job = await ended(lab, await requestJob(lab.pool, 'reproject', order));
    expect(job.state).toBe('failed');
    return job.error;
  };
  expect(await failed({ site: 'nowhere' })).toBe('there is no site "nowhere" with events');
  expect(await failed({ timeZone: 'Mars/Olympus' })).toMatch(/timeZone must be .* not "Mars\/Olympus"/);
  expect(await failed({ timeZone: '+05:45' })).toMatch(/timeZone must be /);
  expect(await failed({ revision: '2' })).toBe('revision must be a whole number');
  expect(await failed({ site: 5 })).toBe('site must be the name of a site');

  await moved(lab, 'site-a', 'Asia/Kathmandu', 3);
  const outdated = await moved(lab, 'site-a', 'UTC', 3);
  expect(outdated.progress.result).toEqual({ revision: 3, reprojected: false });
  expect(await lab.query('SELECT time_zone, revision FROM site')).toEqual([
    { time_zone: 'Asia/Kathmandu', revision: 3 },
  ]);
});

test('an event that fails under the new settings fails the order, and what is served stays', async () => {
  const fussy: Projection = {
    ...days,
    project: (event, site, position) => {
      if (site.timeZone !== 'UTC' && event.id === labEvent('site-a', 7).id) throw new Error('not here');
      return days.project(event, site, position);
    },
  };
  await lab.started({ projections: [fussy, paths] });
  await lab.append(Array.from({ length: 20 }, (_, n) => labEvent('site-a', n)));
  await lab.drained();
  const before = [await lab.dump(days), await lab.dump(paths)];
  const order = { site: 'site-a', timeZone: 'Asia/Kathmandu', revision: 1 };
  const job = await ended(lab, await requestJob(lab.pool, 'reproject', order));
  expect(job.state).toBe('failed');
  expect(job.error).toMatch(/lab_days: the event at 0:1:7 cannot be projected .*not here/);
  expect([await lab.dump(days), await lab.dump(paths)]).toEqual(before);
  expect(await lab.query('SELECT time_zone, revision FROM site')).toEqual([
    { time_zone: 'UTC', revision: 0 },
  ]);
});

test('what PostgreSQL refuses under the new settings is named as well', async () => {
  await lab.started();
  // Two days in UTC, one in Kathmandu, and too much for one.
  const overflow = (n: number, occurredAt: number) => labEvent('site-a', n, { type: 'overflow', occurredAt });
  const evening = Date.UTC(2026, 2, 1, 23);
  const events = Array.from({ length: 20 }, (_, n) => labEvent('site-a', n));
  await lab.append([overflow(100, evening), ...events]);
  await lab.append([overflow(101, evening + 2 * 3_600_000)]);
  await lab.drained();
  expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
  const before = await lab.dump(days);
  const order = { site: 'site-a', timeZone: 'Asia/Kathmandu', revision: 1 };
  const job = await ended(lab, await requestJob(lab.pool, 'reproject', order));
  expect(job.state).toBe('failed');
  expect(job.error).toMatch(/lab_days: the event at 0:\d+:0 cannot be projected .*out of range/);
  expect(await lab.dump(days)).toEqual(before);
});
