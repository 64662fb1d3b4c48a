import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { verificationSigns } from '#database/verification.js';
import type { Engine } from '../engine.js';
import { inTransaction } from '../session.js';

/** Orders a verification of everything where the last one is long enough ago; the first is due that long after the installation. */
export async function scheduleVerify({ pool, limits }: Engine): Promise<void> {
  if (!Number.isFinite(limits.verifyEveryMs)) return;
  const due = `SELECT now() > coalesce(
      (SELECT max(created_at) FROM job WHERE kind = 'verify' AND NOT arguments ?| '{site,from,to}'),
      (SELECT min(created_at) FROM generation)) + $1 * interval '1 ms' AS due`;
  const isDue = async (on: typeof pool | Parameters<Parameters<typeof inTransaction>[1]>[0]) =>
    (await on.query<{ due: boolean | null }>(due, [limits.verifyEveryMs])).rows[0]?.due === true;
  if (!(await isDue(pool))) return;
  await inTransaction(pool, async (client) => {
    // Of several projectors one orders it.
    await client.query('LOCK TABLE verification IN SHARE ROW EXCLUSIVE MODE');
    if (await isDue(client)) await requestJob(client, 'verify');
  });
}

/** What the last verifications say, by whatever process they were made. */
export async function showVerification({ pool, metrics }: Engine): Promise<void> {
  const { lastSuccess, driftRows } = await verificationSigns(rowsOf(pool));
  if (lastSuccess) metrics.verifyLastSuccess.set(lastSuccess.getTime() / 1000);
  if (driftRows !== null) metrics.verifyDriftRows.set(driftRows);
}
