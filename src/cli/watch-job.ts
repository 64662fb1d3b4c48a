import { setTimeout as sleep } from 'node:timers/promises';

import type { RebuildProgress } from '#database/job-progress.js';
import { findJob, requestJob, type Job } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';

import type { CommandContext } from './command-context.js';
import type { DatabaseSession } from './database-session.js';
import { messageOf, Problem } from './problem.js';
import { Progress } from './progress.js';
import { count, duration } from './text.js';

const POLL_MS = 200;
/** Without a running projector nobody takes the job; this long is more than it needs to notice one. */
const TAKEN_WITHIN_MS = 10_000;

export interface Order {
  readonly kind: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** How long the database may be away, milliseconds. */
  readonly patience: number;
  /** Said when the job is ordered. */
  readonly announce?: (id: number) => string;
}

/** Orders a job and follows it to its end. @throws Problem where it failed. */
export function carryOut(
  { kind, arguments: details, patience, announce }: Order,
  database: DatabaseSession,
  context: Pick<CommandContext, 'signal'>,
): Promise<Job<RebuildProgress>> {
  return followJob({ kind, patience }, database, context, async (progress) => {
    const id = await requestJob(await database.pool(), kind, details);
    if (announce) progress.note(announce(id));
    return id;
  });
}

/** Follows the job to its end. @throws Problem where it failed. */
export async function followJob(
  { kind, patience }: Pick<Order, 'kind' | 'patience'>,
  database: DatabaseSession,
  { signal }: Pick<CommandContext, 'signal'>,
  find: (progress: Progress) => Promise<number>,
): Promise<Job<RebuildProgress>> {
  const progress = new Progress(kind);
  try {
    const job = await watch(await find(progress), database, progress, patience, signal);
    if (job.state === 'cancelled')
      throw new Problem(`The ${kind} was cancelled, what is served is untouched.`);
    if (job.state === 'failed')
      throw new Problem(`The ${kind} failed, what is served is untouched: ${job.error ?? ''}`);
    return job;
  } catch (error) {
    if (signal.aborted) throw new Problem(`No longer watching; the ${kind} goes on by itself.`, 130);
    throw error;
  } finally {
    progress.end();
  }
}

/** Follows the job to its end, through restarts of the servers: the job is theirs, this only looks. */
async function watch(
  id: number,
  database: DatabaseSession,
  progress: Progress,
  patience: number,
  signal: AbortSignal,
): Promise<Job<RebuildProgress>> {
  const asked = Date.now();
  let heard = asked;
  let warned = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      const job = await findJob(rowsOf(await database.pool()), id);
      if (!job) throw new Problem(`Job ${id} is gone.`);
      if (job.state !== 'queued' && job.state !== 'running') return job;
      heard = Date.now();
      if (job.state === 'queued' && !warned && heard - asked > TAKEN_WITHIN_MS) {
        progress.note(
          'Still waiting for a projector to take the job: another job goes on, or none is running.',
        );
        warned = true;
      }
      if (job.state === 'running') show(job, progress);
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (Date.now() - heard > patience) {
        throw new Problem(
          `The database was away for ${duration(patience)} (${messageOf(error)}); job ${id} is kept.`,
        );
      }
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

function show({ progress: at }: Job<RebuildProgress>, progress: Progress): void {
  const { eventsDone = 0, eventsTotal = 0, rate = 0, secondsLeft } = at;
  const { messagesDone = eventsDone, messagesTotal = eventsTotal } = at;
  const left = secondsLeft == null ? '' : `, ${duration(secondsLeft * 1000)} left`;
  progress.update({
    done: messagesDone,
    total: messagesTotal,
    detail: `${count(eventsDone)} events, ${count(rate)}/s${left}`,
  });
}
