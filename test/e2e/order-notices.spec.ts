import { afterEach, expect, test } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { waitFor } from '../harness/wait-for.js';
import { Lab, labEvent } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

const done = (id: number) =>
  waitFor(async () => (await findJob(rowsOf(lab.pool), id))?.state === 'done', {
    timeout: 60_000,
    message: `the end of job ${id}`,
  });

test('an order is carried out when it is given, not when somebody looks the next time', async () => {
  lab = await Lab.open();
  await lab.started({ limits: { tickMs: 1_000_000 } });
  await lab.append([labEvent('site-a', 1)]);
  await lab.drained();
  const order = () => requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true });
  await done(await order());
  const [one, two] = await Promise.all([order(), order()]);
  await done(one);
  await done(two);
  const served = await lab.query(
    `SELECT FROM served_generation s JOIN generation g ON g.id = s.generation_id WHERE g.number > 2`,
  );
  expect(served).toHaveLength(1);
});

test('whoever was cut off hears again', async () => {
  lab = await Lab.open();
  await lab.started();
  const listening = async () =>
    (
      await lab.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'tidemark orders %' AND query LIKE 'LISTEN%'
           AND state = 'idle' AND datname = current_database()`,
      )
    )[0]?.pid;
  const first = await waitFor(listening);
  await lab.query('SELECT pg_terminate_backend($1)', [first]);
  await waitFor(async () => ((await listening()) ?? first) !== first);
  await done(await requestJob(lab.pool, 'rebuild', { projection: 'lab_days', swap: true }));
});
