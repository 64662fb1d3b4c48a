import { describe, expect, test } from 'vitest';
import { RETRY_DEAD_LETTERS } from '#database/dead-letter-orders.js';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf, expectExact, openProcessLab, type ProcessLab } from './support/processes.js';

const mistake = { projection: 'top_paths', path: '/page/3' };
const limits = { batchEvents: 300, parkedHandful: 10_000 };

/** Of 4,000 events a mistake in the code parks some hundreds; the process that has it is killed. */
async function parked({ lab, start }: ProcessLab): Promise<number> {
  const broken = await start({ limits, mistake });
  for (let n = 0; n < 4_000; n += 100) await lab.append(eventsOf('site-a', n, n + 100));
  await lab.drained();
  await broken.kill();
  const letters = await lab.query('SELECT FROM dead_letter');
  // More than one transaction of a retry takes.
  expect(letters.length).toBeGreaterThan(400);
  return letters.length;
}

const order = ({ lab }: ProcessLab) => requestJob(lab.pool, RETRY_DEAD_LETTERS, { reason: 'project_failed' });

async function resultOf({ lab }: ProcessLab, id: number): Promise<unknown> {
  const job = await waitFor(
    async () => {
      const found = await findJob(rowsOf(lab.pool), id);
      return found?.state === 'done' ? found : undefined;
    },
    { timeout: 60_000, message: 'the end of the retry' },
  );
  return job.progress.result;
}

const nothing = { retried: 0, failed: 0, skipped: 0, discarded: 0 };

describe('F19 dead letters are retried by mended code', () => {
  test('each counts as if it had never failed; a second retry changes nothing', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const letters = await parked(processes);
    await start({ limits });
    expect(await resultOf(processes, await order(processes))).toEqual({ ...nothing, retried: letters });
    await expectExact(lab);
    expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
    expect(await resultOf(processes, await order(processes))).toEqual(nothing);
    await expectExact(lab);
  });

  test.each([1, 2])('killed in transaction %i of the retry: the next process ends it', async (pass) => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const letters = await parked(processes);
    const job = await order(processes);
    const killed = await start({ limits, stops: [{ point: 'settle_before_commit', how: 'kill', pass }] });
    expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
    expect((await lab.query('SELECT FROM dead_letter')).length).toBe(letters - (pass - 1) * 200);
    await lab.append(eventsOf('site-a', 3_900, 4_100));
    await start({ limits });
    expect(await resultOf(processes, job)).toEqual({ ...nothing, retried: letters });
    await expectExact(lab);
    expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
  });
});
