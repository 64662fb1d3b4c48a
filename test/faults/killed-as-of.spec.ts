import { expect, test } from 'vitest';
import { lookAtPast, PAST_PROJECTIONS, type PastWanted, wantPast } from '#database/past-figures.js';
import { rowsOf } from '#database/row-reader.js';
import { tableNames } from '#projection/table.js';
import { projections } from '#projections/index.js';
import { aroundChanges } from '../e2e/support/moved-days.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { told, verify } from '../e2e/support/verify-lab.js';
import { waitFor } from '../harness/wait-for.js';
import { openProcessLab } from './support/processes.js';

test('figures of the past whose projector is killed are made on by the next one', async () => {
  const { lab, start } = await openProcessLab();
  const limits = { batchEvents: 100, buildBatches: 1 };
  const first = await start({ limits });
  const events = aroundChanges('site-a', 0, 1_000);
  for (let n = 0; n < 1_000; n += 20) await lab.append([...events.slice(n, n + 20), ...events.slice(0, 5)]);
  await lab.drained();
  await first.kill('SIGTERM');

  const [site] = await lab.query<{ key: number; id: string }>('SELECT id AS key, name AS id FROM site');
  if (!site) throw new Error('no site');
  const sequence = await lab.floor();
  const wanted: PastWanted = { site, sequence, ordinal: 10_000, settings: { timeZone: 'UTC' }, revision: 0 };
  const { id } = await wantPast(lab.pool, wanted);
  const killed = await start({ limits, stops: [{ point: 'as_of_before_commit', how: 'kill', pass: 3 }] });
  expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
  const filled = () =>
    lab.query<{ events: number }>('SELECT events::int FROM spare_row_set WHERE past_id = $1', [id]);
  const standing = Math.min(...(await filled()).map((each) => each.events));
  expect(standing).toBeGreaterThan(0);

  await start({ limits });
  await waitFor(
    async () => {
      await wantPast(lab.pool, wanted);
      return (await lookAtPast(rowsOf(lab.pool), [id]))[0]?.ready;
    },
    { timeout: 60_000, message: 'the figures' },
  );
  expect((await filled()).map((each) => each.events)).toEqual(PAST_PROJECTIONS.map(() => 1_000));
  // Up to the end of the log they are what is served.
  for (const name of PAST_PROJECTIONS) expect(await rows(lab, name, id)).toEqual(await rows(lab, name));
  expect(await lab.query(`SELECT FROM job WHERE kind = 'as_of'`)).toHaveLength(1);
  expect(told(await verify(lab))).toEqual([]);
});

/** Every row of the only site, as it is served or in figures of the past. */
async function rows(lab: Lab, name: string, past?: number): Promise<string[]> {
  const projection = projections.find((each) => each.name === name);
  if (!projection) throw new Error(name);
  const { main, sets } = tableNames(projection, 1);
  const from = past === undefined ? 'row_set' : 'spare_row_set';
  const found: string[] = [];
  for (const table of [main, ...Object.values(sets)]) {
    const read = await lab.query<{ row: string }>(
      `SELECT (to_jsonb(t) - 'row_set')::text AS row FROM ${table} t JOIN ${from} r USING (row_set)
       ${past === undefined ? '' : `WHERE r.past_id = ${past}`} ORDER BY 1`,
    );
    found.push(...read.map(({ row }) => row));
  }
  expect(found.length).toBeGreaterThan(0);
  return found;
}
