import { expect } from 'vitest';
import type { DeadLetterResult } from '#database/dead-letter-orders.js';
import { findJob, requestJob, type Job } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import type { StoredEvent } from '#events/stored-event.js';
import { dayOf } from '#projection/calendar.js';
import type { Projection } from '#projection/types.js';
import { waitFor } from '../../harness/wait-for.js';
import { days, labEvent, paths, type Lab } from './projector-lab.js';

export const eventsOf = (site: string, from: number, to: number): StoredEvent[] =>
  Array.from({ length: to - from }, (_, i) => labEvent(site, from + i));

/** Events that `lab_days` cannot project. */
export const poisoned = (site: string, from: number, to: number): StoredEvent[] =>
  eventsOf(site, from, to).map((each) => ({ ...each, type: 'poison' }));

/** The same version without the fault: what an operator starts after mending the code. */
export const mended: Projection = {
  ...days,
  project: (event, site) => [
    { day: dayOf(event.occurredAt, site.timeZone), events: 1, weight: 1, visitors: event.visitorId },
  ],
};
export const withMended = { projections: [mended, paths] };

export async function ended(lab: Lab, id: number): Promise<Job> {
  return waitFor(
    async () => {
      const job = await findJob(rowsOf(lab.pool), id);
      return job?.state === 'done' || job?.state === 'failed' ? job : undefined;
    },
    { timeout: 60_000, message: `the end of job ${id}` },
  );
}

/** Orders it and waits until it is done. */
export async function settled(
  lab: Lab,
  kind: string,
  order: Record<string, unknown> = {},
): Promise<DeadLetterResult> {
  const job = await ended(lab, await requestJob(lab.pool, kind, order));
  expect(job).toMatchObject({ state: 'done', error: null });
  return job.progress.result as DeadLetterResult;
}

export const nothing: DeadLetterResult = { retried: 0, failed: 0, skipped: 0, discarded: 0 };

interface Letter {
  readonly id: number;
  /** Of its generation. */
  readonly number: number | null;
  readonly status: string;
  readonly reason: string;
  readonly attempts: number;
  readonly note: string | null;
}

export const lettersIn = (lab: Lab): Promise<Letter[]> =>
  lab.query<Letter>(
    `SELECT d.id, g.number, d.status, d.reason, d.attempts, d.note
     FROM dead_letter d LEFT JOIN generation g ON g.id = d.generation_id ORDER BY d.id`,
  );

/** Fifty messages or more of 400 events together, ten of which `lab_days` cannot project. */
export async function appendTenPoisoned(lab: Lab): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (let n = 0; n < 400; n += 8) {
    const events =
      n % 40 === 32
        ? [...eventsOf('site-a', n, n + 7), ...poisoned('site-a', n + 7, n + 8)]
        : eventsOf('site-a', n, n + 8);
    await lab.append(events);
    all.push(...events);
  }
  await lab.drained();
  return all;
}
