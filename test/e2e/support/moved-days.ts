import { expect } from 'vitest';
import { findJob, requestJob, type Job } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';
import { waitFor } from '../../harness/wait-for.js';
import { labEvent, labProjections, type Lab } from './projector-lab.js';

export const everyProjection = [...labProjections, ...projections];

const HOUR = 3_600_000;
/** In the night of each of these the clocks of New York are changed; 2026. */
const CHANGES = [Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)];

/** So that there are rows in every read model. */
const SENDER = {
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  language: 'de',
};

/** Events of a site around both changes of New York's clocks, an hour or so apart. */
export function aroundChanges(site: string, from: number, to: number): StoredEvent[] {
  return Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    const occurredAt = (CHANGES[n % 2] ?? 0) - 30 * HOUR + ((n * 47) % 4_320) * 60_000 + (n % 60) * 1_000;
    return labEvent(site, n, { occurredAt, receivedAt: occurredAt, ...SENDER });
  });
}

/** Day -> [events, page views], by the date that Intl formats and nothing of the product's. */
export function daysIn(timeZone: string, events: readonly StoredEvent[]): Record<string, [number, number]> {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const found: Record<string, [number, number]> = {};
  for (const { occurredAt, type } of events) {
    const day = format.format(occurredAt);
    const [all, views] = found[day] ?? [0, 0];
    found[day] = [all + 1, views + (type === 'page_view' ? 1 : 0)];
  }
  return found;
}

/** The same, as it is served. */
export async function servedDays(lab: Lab, site: string): Promise<Record<string, [number, number]>> {
  const [served] = await lab.query<{ id: number; number: number }>(
    `SELECT g.id, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id
     WHERE s.projection = 'daily_aggregates'`,
  );
  const rows = await lab.query<{ day: string; events: number; views: number }>(
    `SELECT day::text, events::int, page_views::int AS views FROM daily_aggregates_g${served?.number ?? 0}
     JOIN row_set r USING (row_set) JOIN site s ON s.id = r.site_id WHERE s.name = $1 AND r.generation_id = $2`,
    [site, served?.id],
  );
  return Object.fromEntries(rows.map(({ day, events, views }) => [day, [events, views]]));
}

export const order = (
  lab: Lab,
  site: string,
  timeZone: string,
  revision: number,
  rules?: readonly SiteRule[],
): Promise<number> =>
  requestJob(lab.pool, 'reproject', { site, timeZone, revision, ...(rules && { rules }) });

export async function moved(...ordered: Parameters<typeof order>): Promise<Job> {
  return endOf(ordered[0], await order(...ordered));
}

/** Waits for it, and expects that it is done. */
export async function endOf(lab: Lab, id: number): Promise<Job> {
  const job = await waitFor(
    async () => {
      const found = await findJob(rowsOf(lab.pool), id);
      return found?.state === 'done' || found?.state === 'failed' ? found : undefined;
    },
    { timeout: 60_000, message: `the end of job ${id}` },
  );
  expect(job).toMatchObject({ state: 'done', error: null });
  return job;
}

/** Every row of the served generations by the name of its site. */
export async function served(
  lab: Lab,
  only: (site: string) => boolean = () => true,
  of: readonly Projection[] = everyProjection,
): Promise<unknown[]> {
  const dumps: unknown[] = [];
  for (const projection of of) {
    const tables = (await lab.dump(projection)) as string[][];
    dumps.push(tables.map((rows) => rows.filter((row) => only(row.slice(0, row.indexOf(' '))))));
  }
  return dumps;
}

/** Everything is computed anew beside it and is the same. */
export async function expectRebuiltEqual(lab: Lab): Promise<void> {
  const before = await served(lab);
  const numbers = await lab.query<{ projection: string; number: number }>(
    `SELECT s.projection, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id`,
  );
  await endOf(lab, await requestJob(lab.pool, 'rebuild', { swap: true }));
  expect(await served(lab)).toEqual(before);
  const after = await lab.query<{ projection: string; number: number }>(
    `SELECT s.projection, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id`,
  );
  expect(after).not.toEqual(numbers);
}
