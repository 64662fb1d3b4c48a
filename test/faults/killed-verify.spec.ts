import { describe, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { findVerification } from '#database/verification.js';
import { projections } from '#projections/index.js';
import { waitFor } from '../harness/wait-for.js';
import { contentsOf } from '../laws/support/lab-laws.js';
import { eventsOf, expectExact, openProcessLab, type ProcessLab } from './support/processes.js';

const small = { limits: { batchEvents: 100 } };

const scratch = async ({ lab }: ProcessLab) =>
  (
    await lab.query<{ name: string }>(`SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^verify_'`)
  ).map(({ name }) => name);
const served = ({ lab }: ProcessLab) => contentsOf(lab, () => 1, projections);

/** A verification whose process is killed at its tenth batch. */
async function killed(processes: ProcessLab): Promise<number> {
  const { lab, start } = processes;
  const first = await start(small);
  for (let n = 0; n < 2_000; n += 20) await lab.append(eventsOf('site-a', Math.max(0, n - 3), n + 20));
  await lab.drained();
  await first.kill('SIGTERM');
  const before = await served(processes);
  const job = await requestJob(lab.pool, 'verify');
  const stopped = await start({ ...small, stops: [{ point: 'verify_batch', how: 'kill', pass: 10 }] });
  expect((await stopped.ended()).signal, stopped.output).toBe('SIGKILL');
  expect(await scratch(processes)).toEqual([`verify_${job}`]);
  expect(await served(processes)).toEqual(before);
  return job;
}

describe('the process is killed in the middle of a verification', () => {
  test('the next one begins it again and ends it; nothing that is served was touched, and no scratch is left', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const job = await killed(processes);
    await lab.append(eventsOf('site-a', 1_990, 2_100));
    await start(small);
    const result = await waitFor(() => findVerification(rowsOf(lab.pool), job), {
      timeout: 60_000,
      message: 'the result of the verification',
    });
    expect(result).toMatchObject({ outcome: 'clean', findingsTotal: 0, driftRows: 0 });
    await expectExact(lab);
    await waitFor(async () => (await scratch(processes)).length === 0, { timeout: 60_000 });
  });

  test('where nobody wants it any more, what it left is swept away', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const job = await killed(processes);
    await lab.query(`UPDATE job SET state = 'failed' WHERE id = $1`, [job]);
    await start(small);
    await waitFor(async () => (await scratch(processes)).length === 0, { timeout: 60_000 });
    await expectExact(lab);
  });
});
