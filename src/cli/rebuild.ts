import type { Command } from 'commander';

import type { RebuildProgress } from '#database/job-progress.js';
import type { Job } from '#database/jobs.js';
import { projections } from '#projections/index.js';

import { patienceOption } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { Problem } from './problem.js';
import { count, duration } from './text.js';
import { carryOut } from './watch-job.js';

interface Options {
  readonly projection?: string | undefined;
  readonly swap: boolean;
  readonly patience: number;
}

interface RebuildOptions extends Options {
  readonly fromZero: boolean;
}

export function addReplay(program: Command, context: () => CommandContext): void {
  program
    .command('replay')
    .description('Rebuild read models from the log beside the served ones, then serve the new ones')
    .option('--projection <name>', 'only this one; without it, all')
    .option('--no-swap', 'build, but go on serving the old one')
    .addOption(patienceOption())
    .action((options: Options) => rebuild(options, context()));
}

export function addRebuild(program: Command, context: () => CommandContext): void {
  program
    .command('rebuild')
    .argument('[name]', 'the projection')
    .description('Build a new generation of one read model from the log, beside the served one')
    .option('--swap', 'serve it as soon as it is complete', false)
    .option('--from-zero', 'instead: ledger, duplicates and every read model anew, from the log alone', false)
    .addOption(patienceOption())
    .action((projection: string | undefined, options: RebuildOptions) => {
      if (options.fromZero) return fromZero(projection, options, context());
      if (projection === undefined)
        throw new Problem(
          'Name the projection; "replay" rebuilds all, "rebuild --from-zero" the ledger too.',
        );
      return rebuild({ ...options, projection }, context());
    });
}

async function fromZero(name: string | undefined, o: RebuildOptions, context: CommandContext): Promise<void> {
  if (name !== undefined || o.swap)
    throw new Problem('--from-zero goes alone: it is about everything, and serves it once it is complete.');
  const database = new DatabaseSession(context.config);
  try {
    const announce = (id: number) =>
      `Job ${id}: ledger, duplicates and all read models from the log alone; until they are complete the old figures ` +
      'stay served as they are, without what comes in meanwhile.';
    const order = { kind: 'rebuild_from_zero', arguments: {}, patience: o.patience, announce };
    const { progress, startedAt, finishedAt } = await carryOut(order, database, context);
    const took = startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : 0;
    context.print(
      `Everything was computed anew from ${count(progress.eventsDone ?? 0)} events in ${duration(took)} and is served now.`,
    );
  } finally {
    await database.close();
  }
}

async function rebuild({ projection, swap, patience }: Options, context: CommandContext): Promise<void> {
  const names = [...new Set(projections.map((each) => each.name))];
  if (projection !== undefined && !names.includes(projection)) {
    throw new Problem(`There is no projection "${projection}"; there are ${names.join(', ')}.`);
  }
  const database = new DatabaseSession(context.config);
  try {
    const order = {
      kind: 'rebuild',
      arguments: { swap, ...(projection === undefined ? {} : { projection }) },
      patience,
      announce: (id: number) =>
        `Job ${id}: rebuilding ${projection ?? 'all read models'} from the log; the old figures stay served.`,
    };
    context.print(result(await carryOut(order, database, context), swap));
  } finally {
    await database.close();
  }
}

function result({ progress, startedAt, finishedAt }: Job<RebuildProgress>, swap: boolean): string {
  const took = startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : 0;
  const events = progress.eventsTotal ?? 0;
  const built = (progress.generations ?? []).map((each) => `${each.projection} (generation ${each.number})`);
  return (
    `Rebuilt from ${count(events)} events in ${duration(took)}: ${built.join(', ')}. ` +
    (swap ? 'These are served now.' : 'The old ones are still served.')
  );
}
