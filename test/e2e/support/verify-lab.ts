import { expect } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { lastVerifications, type Verification } from '#database/verification.js';
import { defineProjection } from '#projection/define.js';
import { first, last, min, sum } from '#projection/measures.js';
import { projections } from '#projections/index.js';
import { ended, eventsOf } from './dead-letters.js';
import { labEvent, labProjections, type Lab } from './projector-lab.js';

/** The kinds of measures that the others do not have, and no day. */
const visitors = defineProjection({
  name: 'lab_visitors',
  version: 1,
  events: 'all',
  keys: { visitor: 'uuid' },
  measures: {
    landing: first('text'),
    latest: last('text'),
    earliest: min('timestamptz'),
    spent: sum('numeric'),
  },
  project: ({ visitorId, path, occurredAt }) => [
    {
      visitor: visitorId,
      ...(path === undefined ? {} : { landing: path, latest: path }),
      earliest: occurredAt,
      spent: `0.${occurredAt % 1_000}`,
    },
  ],
});
export const all = [...labProjections, visitors, ...projections];
const DAY = 86_400_000;

export async function verify(lab: Lab, order: Record<string, unknown> = {}): Promise<Verification> {
  const id = await requestJob(lab.pool, 'verify', order);
  const job = await ended(lab, id);
  expect(job.error).toBeNull();
  const [last] = await lastVerifications(rowsOf(lab.pool), 1);
  if (last?.id !== id) throw new Error('no result was kept');
  return last;
}

/** One line for each finding. */
export const told = ({ findings }: Verification) =>
  findings.map(({ kind, what, projection, day, measure, rows, fromLog, recorded, since }) =>
    [kind, what, projection, day, measure, rows, fromLog, recorded, since]
      .map((each) => each ?? '-')
      .join(' '),
  );

/** Every row of every table but the ones that tell of the verification itself and of signs of life. */
export async function everything(lab: Lab): Promise<unknown> {
  const tables = await lab.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('job', 'verification', 'partition', 'projector')
     ORDER BY 1`,
  );
  const rows: unknown[] = [];
  for (const { name } of tables)
    rows.push(name, await lab.query(`SELECT t::text AS row FROM ${name} t ORDER BY 1`));
  return rows;
}

export const scratchSchemas = (lab: Lab) =>
  lab.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'verify%'`);

/** Several sites and partitions, duplicates (also with other content), late events, and three sorts of dead letters. */
export async function fill(lab: Lab): Promise<void> {
  for (let n = 0; n < 600; n += 100) {
    await lab.append([...eventsOf('site-a', n, n + 100), ...eventsOf('site-a', 0, 10)], 0);
    await lab.append([...eventsOf('site-c', n, n + 50), ...eventsOf('site-c', n, n + 50)], 0);
    await lab.append([...eventsOf('site-b', n, n + 100), labEvent('site-b', n, { path: '/other' })], 1);
  }
  const late = eventsOf('site-a', 700, 720).map((each) => ({
    ...each,
    occurredAt: each.occurredAt - 40 * DAY,
  }));
  await lab.append([...late, labEvent('site-a', 900, { type: 'poison' })], 0);
  await lab.append(
    [labEvent('site-b', 901, { type: 'overflow' }), labEvent('site-b', 904, { type: 'overflow' })],
    1,
  );
  await lab.append([labEvent('site-b', 903)], 0);
  await lab.appendLines(['not an event'], 1);
  await lab.append([labEvent('site-a', 900, { type: 'poison' })], 0);
  await lab.drained();
}
