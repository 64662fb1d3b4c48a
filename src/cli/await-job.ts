import { setTimeout as sleep } from 'node:timers/promises';

import { findJob, type Job } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';

import type { DatabaseSession } from './database-session.js';
import { messageOf, Problem } from './problem.js';
import { duration } from './text.js';

const POLL_MS = 100;

/** Waits for the end of a job that is soon done. Ctrl-C ends the waiting alone. Throws Problem where it failed. */
export async function awaitJob(
  database: DatabaseSession,
  id: number,
  { patience, signal }: { patience: number; signal: AbortSignal },
): Promise<Job> {
  const until = Date.now() + patience;
  let fault = 'no projector has carried it out; is one running?';
  for (;;) {
    if (signal.aborted) throw new Problem(`No longer watching; job ${id} goes on by itself.`, 130);
    try {
      const job = await findJob(rowsOf(await database.pool()), id);
      if (!job) throw new Problem(`Job ${id} is gone.`);
      if (job.state === 'failed') throw new Problem(`Job ${id} failed: ${job.error ?? ''}`);
      if (job.state === 'cancelled') throw new Problem(`Job ${id} was cancelled.`);
      if (job.state === 'done') return job;
    } catch (error) {
      if (error instanceof Problem) throw error;
      fault = messageOf(error);
    }
    if (Date.now() > until) {
      throw new Problem(`Job ${id} is kept, but was not done within ${duration(patience)}: ${fault}`);
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
