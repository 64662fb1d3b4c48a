import type { Pool } from 'pg';

import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { asTenant, EVERYTHING } from '#database/tenant.js';

import { answerOf, type JobAnswer } from './jobs.js';

/** Gives an order that was found to be allowed. */
export async function ordered(
  pool: Pool,
  kind: string,
  order: Readonly<Record<string, unknown>>,
): Promise<JobAnswer> {
  return asTenant(pool, EVERYTHING, async (client) => {
    const job = await findJob(rowsOf(client), await requestJob(client, kind, order));
    if (!job) throw new Error('the job was not stored');
    return answerOf(job);
  });
}
