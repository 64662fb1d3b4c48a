import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '#database/data-source.js';
import { projections } from '#projections/index.js';
import { silentLogger } from '#telemetry/logger.js';
import { waitFor } from '../harness/wait-for.js';
import { served } from './support/moved-days.js';
import { Lab, labEvent } from './support/projector-lab.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const RETIRED = ['daily_aggregates', 'unique_visitors'];
const servedNames = async () =>
  (await lab.query<{ projection: string }>('SELECT projection FROM served_generation ORDER BY 1')).map(
    (row) => row.projection,
  );

test('the read models that the migration retires are built anew from the log, and then served again', async () => {
  const first = await lab.started({ projections });
  const all = projections.map(({ name }) => name).sort();
  const append = async (from: number, to: number) =>
    lab.append(Array.from({ length: to - from }, (_, i) => labEvent('shop', from + i)));
  await append(0, 300);
  await lab.drained();
  const before = await served(lab, undefined, projections);
  await first.stop();

  // As a database from before it.
  await lab.query('UPDATE generation SET version = 1 WHERE projection = ANY ($1::text[])', [RETIRED]);
  await lab.query(`DELETE FROM migration WHERE name LIKE 'VisitorsOnce%'`);
  await migrate(lab.database.url, silentLogger);
  expect(await servedNames()).toEqual(all.filter((name) => !RETIRED.includes(name)));

  await lab.started({ projections });
  await waitFor(async () => (await servedNames()).length === all.length, {
    timeout: 30_000,
    message: 'all to be served again',
  });
  expect(await served(lab, undefined, projections)).toEqual(before);
  await waitFor(
    async () =>
      (await lab.query(`SELECT FROM pg_tables WHERE tablename = 'daily_aggregates_g1'`)).length === 0,
    {
      timeout: 30_000,
      message: 'what they held to be dropped',
    },
  );
  await append(300, 320);
  await lab.drained();
  expect(told(await verify(lab))).toEqual([]);
});
