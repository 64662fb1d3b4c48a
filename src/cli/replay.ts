import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';

import { findJob, requestJob, type Job as AnyJob } from '#database/jobs.js';
import type { RebuildProgress } from '#database/job-progress.js';
import { rowsOf } from '#database/row-reader.js';
import { projections } from '#projections/index.js';

import { patienceOption } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { messageOf, Problem } from './problem.js';
import { Progress } from './progress.js';
import { count, duration } from './text.js';

const POLL_MS = 250;
/** Without a running projector nobody takes the job; this long is more than it needs to notice one. */
const TAKEN_WITHIN_MS = 10_000;

type Job = AnyJob<RebuildProgress>;

interface Options {
  readonly projection?: string;
  readonly swap: boolean;
  readonly patience: number;
}

export function addReplay(program: Command, context: () => CommandContext): void {
  program
    .command('replay')
    .description('Rebuild read models from the log beside the served ones, then serve the new ones')
    .option('--projection <name>', 'only this one; without it, all')
    .option('--no-swap', 'build, but go on serving the old one')
    .addOption(patienceOption())
    .action((options: Options) => runReplay(options, context()));
}

async function runReplay(options: Options, { config, signal, print }: CommandContext): Promise<void> {
  const { projection, swap } = options;
  const names = [...new Set(projections.map((each) => each.name))];
  if (projection !== undefined && !names.includes(projection)) {
    throw new Problem(`There is no projection "${projection}"; there are ${names.join(', ')}.`);
  }
  const database = new DatabaseSession(config);
  const progress = new Progress('replay');
  try {
    const order = { swap, ...(projection === undefined ? {} : { projection }) };
    const id = await requestJob(await database.pool(), 'rebuild', order);
    progress.note(
      `Job ${id}: rebuilding ${projection ?? 'all read models'} from the log; the old figures stay served.`,
    );
    const job = await watch(id, database, progress, options.patience, signal);
    progress.end();
    if (job.state === 'failed')
      throw new Problem(`The rebuild failed, what is served is untouched: ${job.error ?? ''}`);
    print(result(job, swap));
  } catch (error) {
    if (signal.aborted) throw new Problem('No longer watching; the rebuild goes on by itself.', 130);
    throw error;
  } finally {
    progress.end();
    await database.close();
  }
}

/** Follows the job to its end, through restarts of the servers: the job is theirs, this only looks. */
async function watch(
  id: number,
  database: DatabaseSession,
  progress: Progress,
  patience: number,
  signal: AbortSignal,
): Promise<Job> {
  const asked = Date.now();
  let heard = asked;
  let warned = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      const job = await findJob(rowsOf(await database.pool()), id);
      if (!job) throw new Problem(`Job ${id} is gone.`);
      if (job.state === 'done' || job.state === 'failed') return job;
      heard = Date.now();
      if (job.state === 'queued' && !warned && heard - asked > TAKEN_WITHIN_MS) {
        progress.note(
          'Still waiting for a projector to take the job: another rebuild goes on, or none is running.',
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

function show({ progress: at }: Job, progress: Progress): void {
  const { messagesDone = 0, messagesTotal = 0, eventsDone = 0, rate = 0, secondsLeft } = at;
  const left = secondsLeft == null ? '' : `, ${duration(secondsLeft * 1000)} left`;
  progress.update({
    done: messagesDone,
    total: messagesTotal,
    detail: `${count(eventsDone)} events, ${count(rate)}/s${left}`,
  });
}

function result({ progress, startedAt, finishedAt }: Job, swap: boolean): string {
  const took = startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : 0;
  const events = progress.eventsTotal ?? 0;
  const built = (progress.generations ?? []).map((each) => `${each.projection} (generation ${each.number})`);
  return (
    `Rebuilt from ${count(events)} events in ${duration(took)}: ${built.join(', ')}. ` +
    (swap ? 'These are served now.' : 'The old ones are still served.')
  );
}
