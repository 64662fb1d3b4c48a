import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

const site = (...args: string[]) => runCommand(stack.dataDir, 'site', ...args);

/** Page views at these moments. @returns the receipt of the last. */
async function send(siteId: string, times: readonly string[]): Promise<string> {
  let receipt = '';
  for (const timestamp of times) {
    const answer = await fetch(`${stack.url}/api/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ siteId, eventType: 'page_view', path: '/', timestamp }),
    });
    receipt = ((await answer.json()) as { receipt: string }).receipt;
  }
  return receipt;
}

async function days(
  siteId: string,
  receipt: string,
): Promise<{ timeZone: string; days: Record<string, number> }> {
  const { data, errors } = await ask(
    stack,
    `query ($id: ID!, $receipt: String!) @waitFor(receipt: $receipt, seconds: 25) {
      site(id: $id) { timeZone dailyStats(range: { from: "2026-03-25", to: "2026-04-02" }) { day events } } }`,
    { id: siteId, receipt },
  );
  expect(errors).toBeUndefined();
  const found = data?.['site'] as { timeZone: string; dailyStats: { day: string; events: number }[] };
  const counted = found.dailyStats.filter(({ events }) => events > 0).map(({ day, events }) => [day, events]);
  return { timeZone: found.timeZone, days: Object.fromEntries(counted) as Record<string, number> };
}

const change = async (siteId: string, timeZone: string) => {
  const { data, errors } = await ask(
    stack,
    'mutation ($id: ID!, $zone: String!) { changeTimeZone(siteId: $id, timeZone: $zone) { receipt } }',
    { id: siteId, zone: timeZone },
  );
  expect(errors).toBeUndefined();
  return (data?.['changeTimeZone'] as { receipt: string }).receipt;
};

const evening = [
  '2026-03-28T17:30:00Z',
  '2026-03-28T18:30:00Z',
  '2026-03-29T21:59:00Z',
  '2026-03-29T22:00:00Z',
];

it("a site's past moves to the days of its new zone, and a query that waits for the receipt has it", async () => {
  const sent = await send('moved', evening);
  await send('other', evening);
  expect(await days('moved', sent)).toEqual({ timeZone: 'UTC', days: { '2026-03-28': 2, '2026-03-29': 2 } });
  expect(await days('moved', await change('moved', 'asia/kathmandu'))).toEqual({
    timeZone: expect.stringMatching(/^Asia\/Kath?mandu$/i) as string,
    days: { '2026-03-28': 1, '2026-03-29': 1, '2026-03-30': 2 },
  });
  // On 29 March 2026 Vienna's clocks went forward: its day began at 23:00 UTC and ended at 22:00.
  expect((await days('moved', await change('moved', 'Europe/Vienna'))).days).toEqual({
    '2026-03-28': 2,
    '2026-03-29': 1,
    '2026-03-30': 1,
  });
  const later = await send('moved', ['2026-03-30T22:30:00Z']);
  expect((await days('moved', later)).days['2026-03-31']).toBe(1);
  expect((await days('moved', await change('moved', 'UTC'))).days).toEqual({
    '2026-03-28': 2,
    '2026-03-29': 2,
    '2026-03-30': 1,
  });
  expect((await days('other', sent)).days).toEqual({ '2026-03-28': 2, '2026-03-29': 2 });
});

it('a site without events gets its zone too, and its first events are counted in it', async () => {
  const { data } = await ask(stack, 'mutation { createSite(siteId: "early") { receipt } }');
  await days('early', (data?.['createSite'] as { receipt: string }).receipt);
  expect(await days('early', await change('early', 'Asia/Tokyo'))).toEqual({
    timeZone: 'Asia/Tokyo',
    days: {},
  });
  const sent = await send('early', ['2026-03-28T14:59:00Z', '2026-03-28T15:00:00Z']);
  expect((await days('early', sent)).days).toEqual({ '2026-03-28': 1, '2026-03-29': 1 });
});

it('what could not be counted anew is tried again at the next start', async () => {
  const sent = await send('again', evening);
  await days('again', sent);
  const client = new pg.Client({ connectionString: stack.runtime.databaseUrl });
  await client.connect();
  const receipt = await change('again', 'Asia/Tokyo');
  await days('again', receipt);
  // As if the order had failed.
  await client.query("UPDATE site SET revision = 0, time_zone = 'UTC' WHERE name = 'again'");
  await client.query("UPDATE job SET state = 'failed' WHERE arguments ->> 'site' = 'again'");
  await client.end();
  expect((await days('again', receipt)).timeZone).toBe('UTC');
  await stack.restart();
  await waitFor(async () => (await days('again', receipt)).timeZone === 'Asia/Tokyo', { timeout: 30_000 });
});

it('by command, which returns when the figures are the new ones', async () => {
  const sent = await send('told', evening);
  await days('told', sent);
  expect(await site('time-zone', 'told', 'America/New_York')).toMatchObject({ code: 0 });
  const answer = await fetch(`${stack.url}/api/stats?siteId=told&date=2026-03-29`);
  expect(((await answer.json()) as { totalViews: number }).totalViews).toBe(2);
  const before = await fetch(`${stack.url}/api/stats?siteId=told&date=2026-03-28`);
  expect(((await before.json()) as { totalViews: number }).totalViews).toBe(2);
  expect((await site('time-zone', 'told', 'America/New_York')).stdout).toMatch(/^Nothing to change/);
  expect((await site('history', 'told', '--last', '1')).stdout).toMatch(/time zone +UTC +America\/New_York/);
  expect(await site('time-zone', 'told', '+05:45')).toMatchObject({
    code: 1,
    stderr: 'timeZone must be the name of an IANA time zone, such as "Europe/Vienna" or "UTC"\n',
  });
});

/** Starts of the hours of a day, and those with events. */
async function hours(
  siteId: string,
  day: string,
): Promise<{ all: string[]; counted: Record<string, number> }> {
  const { data, errors } = await ask(
    stack,
    `query ($id: ID!, $day: Date!) { site(id: $id) { hourlyStats(range: { from: $day, to: $day }) { hour events } } }`,
    { id: siteId, day },
  );
  expect(errors).toBeUndefined();
  const found = (data?.['site'] as { hourlyStats: { hour: string; events: number }[] }).hourlyStats;
  const counted = found.filter(({ events }) => events > 0).map(({ hour, events }) => [hour, events]);
  return {
    all: found.map(({ hour }) => hour),
    counted: Object.fromEntries(counted) as Record<string, number>,
  };
}

it.each([
  // Clocks go forward, and back: the hour that comes twice is two.
  [
    'Europe/Vienna',
    '2026-03-29',
    23,
    '2026-03-28T23:00:00.000Z',
    ['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'],
  ],
  [
    'America/New_York',
    '2025-11-02',
    25,
    '2025-11-02T04:00:00.000Z',
    ['2025-11-02T05:30:00Z', '2025-11-02T06:30:00Z'],
  ],
  [
    'Asia/Kathmandu',
    '2026-03-28',
    24,
    '2026-03-27T18:15:00.000Z',
    ['2026-03-27T18:15:00Z', '2026-03-28T18:14:59Z'],
  ],
  // By half an hour.
  [
    'Australia/Lord_Howe',
    '2026-04-05',
    25,
    '2026-04-04T13:00:00.000Z',
    ['2026-04-04T14:59:00Z', '2026-04-04T15:10:00Z'],
  ],
])('hours of %s on %s', async (zone, day, count, first, times) => {
  const id = zone.replace('/', '-');
  const sent = await send(id, times);
  await days(id, sent);
  await days(id, await change(id, zone));
  const { all, counted } = await hours(id, day);
  expect(all).toHaveLength(count);
  expect(all[0]).toBe(first);
  expect(Object.values(counted)).toEqual([1, 1]);
});
