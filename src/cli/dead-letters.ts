import { Argument, Option, type Command } from 'commander';

import {
  DISCARD_DEAD_LETTERS,
  RETRY_DEAD_LETTERS,
  LONGEST_NOTE,
  refusalOf,
  type DeadLetterResult,
  type DeadLetterSelection,
} from '#database/dead-letter-orders.js';
import {
  countDeadLetters,
  deadLetterStates,
  findDeadLetter,
  listDeadLetters,
  type DeadLetterFilter,
} from '#database/dead-letters.js';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { projections } from '#projections/index.js';

import { oneOf, patienceOption, wholeNumber } from './arguments.js';
import { awaitJob } from './await-job.js';
import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { describeLetter, describeLetters, describeResult } from './dead-letter-text.js';
import { Problem } from './problem.js';

type Context = () => CommandContext;
interface ListOptions extends DeadLetterFilter {
  readonly limit: number;
  readonly json?: boolean;
}
interface OrderOptions extends Omit<DeadLetterSelection, 'id'> {
  readonly note?: string;
  readonly patience: number;
}

const letterId = () =>
  new Argument('[id]', 'one dead letter').argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER));

export function addDeadLetters(program: Command, context: Context): void {
  const group = program
    .command('dead-letters')
    .description('Look at the events that could not be projected; retry them after a fix, or discard them');
  narrowed(group.command('list', { isDefault: true }))
    .description('List them, newest first')
    .addOption(
      new Option('--state <state>', deadLetterStates.join(' or ')).argParser(oneOf(deadLetterStates)),
    )
    .addOption(
      new Option('--limit <n>', 'show at most so many').argParser(wholeNumber(1, 10_000)).default(50, '50'),
    )
    .option('--json', 'for scripts')
    .action((options: ListOptions) => list(options, context()));
  group
    .command('show')
    .description('Show one, with its event')
    .addArgument(letterId().argRequired())
    .option('--json', 'for scripts')
    .action((id: number, options: { json?: boolean }) => show(id, options, context()));
  narrowed(group.command('retry').addArgument(letterId()))
    .description('Project them again, once the projection is mended')
    .addOption(patienceOption())
    .action((id: number | undefined, options: OrderOptions) =>
      order(RETRY_DEAD_LETTERS, id, options, context()),
    );
  narrowed(group.command('discard').addArgument(letterId()))
    .description('Leave them out for good')
    .requiredOption('--note <text>', 'why; it is kept with them')
    .addOption(patienceOption())
    .action((id: number | undefined, options: OrderOptions) =>
      order(DISCARD_DEAD_LETTERS, id, options, context()),
    );
}

function narrowed(command: Command): Command {
  return command
    .option('--site <id>', 'only those of this site')
    .option('--projection <name>', 'only those of this projection')
    .option('--reason <reason>', 'only those with this reason');
}

async function list(
  { limit, json, ...filter }: ListOptions,
  { config, print }: CommandContext,
): Promise<void> {
  checkProjection(filter.projection);
  const database = new DatabaseSession(config);
  try {
    const reader = rowsOf(await database.pool());
    const letters = await listDeadLetters(reader, filter, limit);
    const total = await countDeadLetters(reader, filter);
    print(json ? JSON.stringify({ total, deadLetters: letters }) : describeLetters(letters, total));
  } finally {
    await database.close();
  }
}

async function show(
  id: number,
  { json }: { json?: boolean },
  { config, print }: CommandContext,
): Promise<void> {
  const database = new DatabaseSession(config);
  try {
    const letter = await findDeadLetter(rowsOf(await database.pool()), id);
    if (!letter) throw new Problem(`There is no dead letter ${id}: it was retried, or never was.`);
    print(json ? JSON.stringify(letter) : describeLetter(letter));
  } finally {
    await database.close();
  }
}

async function order(
  kind: typeof RETRY_DEAD_LETTERS | typeof DISCARD_DEAD_LETTERS,
  id: number | undefined,
  { site, projection, reason, note, patience }: OrderOptions,
  { config, signal, print }: CommandContext,
): Promise<void> {
  const selection: DeadLetterSelection = { id, site, projection, reason };
  const narrows = [site, projection, reason].some((each) => each !== undefined);
  if ((id === undefined) !== narrows) {
    throw new Problem('Name one dead letter by its ID, or several by --reason, --projection or --site.');
  }
  if (note !== undefined && (note.trim() === '' || note.length > LONGEST_NOTE || note.includes('\0'))) {
    throw new Problem(`--note must be 1 to ${LONGEST_NOTE} characters that say why.`);
  }
  checkProjection(projection);
  const database = new DatabaseSession(config);
  try {
    const pool = await database.pool();
    const refusal = await refusalOf(rowsOf(pool), kind, selection);
    if (refusal !== undefined) throw new Problem(refusal);
    const job = await requestJob(pool, kind, { ...selection, ...(note === undefined ? {} : { note }) });
    const { progress } = await awaitJob(database, job, { patience, signal });
    const result = progress.result as DeadLetterResult;
    const { text, fault } = describeResult(result);
    if (fault) throw new Problem(text);
    print(text);
  } finally {
    await database.close();
  }
}

function checkProjection(name: string | undefined): void {
  const names = [...new Set(projections.map((each) => each.name))];
  if (name === undefined || names.includes(name)) return;
  throw new Problem(`There is no projection "${name}"; there are ${names.join(', ')}.`);
}
