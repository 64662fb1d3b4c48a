import { InvalidArgumentError, type Command } from 'commander';

import { rowsOf } from '#database/row-reader.js';
import { findVerification, type Finding, type Verification } from '#database/verification.js';

import { patienceOption } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { Problem } from './problem.js';
import { count, duration, table } from './text.js';
import { carryOut } from './watch-job.js';

/** Lines on the terminal; --json has them all. */
const SHOWN = 40;

interface Options {
  readonly site?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
  readonly patience: number;
}

export function addVerify(program: Command, context: () => CommandContext): void {
  program
    .command('verify')
    .description('Compute ledger, duplicates and read models anew from the log and say what differs')
    .option('--site <site>', 'only this site')
    .option('--from <day>', 'only days from this one on, YYYY-MM-DD', day)
    .option('--to <day>', 'only days up to this one, YYYY-MM-DD', day)
    .option('--json', 'the whole result, for scripts')
    .addOption(patienceOption())
    .action((options: Options) => runVerify(options, context()));
}

function day(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError('use a day that exists, as YYYY-MM-DD.');
}

async function runVerify(options: Options, context: CommandContext): Promise<void> {
  const { site, from, to, json, patience } = options;
  if (from !== undefined && to !== undefined && from > to)
    throw new Problem('--from must not be after --to.');
  const named = Object.entries({ site, from, to }).filter(([, value]) => value !== undefined);
  const database = new DatabaseSession(context.config);
  try {
    const announce = (id: number) =>
      `Job ${id}: computing anew from the log beside what is served, which stays as it is.`;
    const order = { kind: 'verify', arguments: Object.fromEntries(named), patience, announce };
    const { id } = await carryOut(order, database, context);
    const result = await findVerification(rowsOf(await database.pool()), id);
    if (!result) throw new Problem(`The result of job ${id} is gone.`);
    context.print(json ? JSON.stringify(result) : describe(result));
    if (result.outcome === 'drift') throw new Problem(`${count(result.driftRows)} rows differ from the log.`);
  } finally {
    await database.close();
  }
}

const HEAD = ['what', 'day', 'measure', 'rows', 'log', 'recorded', 'since', 'example'];

function describe(result: Verification): string {
  const { events, duplicates, positions, findings, findingsTotal } = result;
  const took = result.finishedAt.getTime() - result.startedAt.getTime();
  const upTo = positions.map(({ partition, sequence }) => `${partition}:${sequence}`).join(' ');
  const read = `${count(events)} events and ${count(duplicates)} duplicates up to ${upTo}, in ${duration(took)}`;
  if (result.outcome === 'clean') return `No drift: everything recorded equals the log (${read}).`;
  const rows = findings.slice(0, SHOWN).map(line);
  const more = findingsTotal - rows.length;
  return [
    table(HEAD, rows),
    ...(more > 0 ? [`… and ${count(more)} more findings; --json shows up to 1,000.`] : []),
    '',
    `Drift (${read}).`,
  ].join('\n');
}

function line(finding: Finding): (string | number)[] {
  const { kind, what, projection, day, measure, rows, fromLog, recorded, since, example } = finding;
  const name = `${projection ?? kind} ${what}`;
  const text = (example ?? '').slice(0, 60);
  return [name, day ?? '', measure ?? '', rows, fromLog ?? '', recorded ?? '', since ?? '', text];
}
