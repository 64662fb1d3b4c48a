import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';

import { compareGenerations } from '#database/compare.js';
import type { CompareOptions, Comparison } from '#database/comparison.js';
import {
  facing,
  fedGenerations,
  OrderRefused,
  projectionNames,
  swapTarget,
  type Facing,
  type FedGeneration,
} from '#database/fed-generations.js';
import { Snapshot } from '#database/snapshot.js';
import { EVERYTHING } from '#database/tenant.js';

import { day, patienceOption, wholeNumber } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { describeComparison } from './comparison-text.js';
import { DatabaseSession } from './database-session.js';
import { Problem } from './problem.js';
import { carryOut } from './watch-job.js';

/** Reading two generations whole takes as long as it takes. */
const COMPARE_WITHIN_MS = 3_600_000;

interface Options {
  readonly generation?: number;
  readonly patience: number;
}

const generationOption = ['--generation <number>', 'this one', wholeNumber(1, 999_999_999)] as const;

function command(program: Command, name: string, description: string): Command {
  return program.command(name).argument('<name>', 'the projection').description(description);
}

export function addCompare(program: Command, context: () => CommandContext): void {
  command(program, 'compare', 'Show what differs between the served generation and the one beside it, by day')
    .option(...generationOption)
    .option('--site <id>', 'only this site')
    .option('--from <day>', 'first day, YYYY-MM-DD', day)
    .option('--to <day>', 'last day, YYYY-MM-DD', day)
    .option('--json', 'for scripts')
    .action((name: string, options: CompareCommand) =>
      withDatabase(context(), (run) => run.compare(name, options)),
    );
}

export function addSwap(program: Command, context: () => CommandContext): void {
  command(program, 'swap', 'Show what differs, ask, and serve the new generation; the old one is kept')
    .option(...generationOption)
    .option('--yes', 'compare nothing and do not ask')
    .addOption(patienceOption())
    .action((name: string, options: Options & { yes?: boolean }) =>
      withDatabase(context(), (run) => run.swap(name, options)),
    );
}

export function addRollback(program: Command, context: () => CommandContext): void {
  command(program, 'rollback', 'Serve the generation that was served before; it was kept and fed')
    .addOption(patienceOption())
    .action((name: string, options: Options) =>
      withDatabase(context(), (run) => run.rollback(name, options)),
    );
}

export function addRetire(program: Command, context: () => CommandContext): void {
  command(program, 'retire', 'Drop the kept generations, never the served one; there is no way back then')
    .option('--generation <number>', 'only this one; a build too, which it ends', wholeNumber(1, 999_999_999))
    .addOption(patienceOption())
    .action((name: string, options: Options) => withDatabase(context(), (run) => run.retire(name, options)));
}

async function withDatabase(context: CommandContext, work: (run: Commands) => Promise<void>): Promise<void> {
  const database = new DatabaseSession(context.config);
  try {
    await work(new Commands(database, context));
  } catch (error) {
    if (error instanceof OrderRefused) throw new Problem(`${error.message}.`);
    throw error;
  } finally {
    await database.close();
  }
}

interface CompareCommand extends CompareOptions {
  readonly generation?: number;
  readonly site?: string;
  readonly json?: boolean;
}

type Choose = (generations: readonly FedGeneration[], name: string, number?: number) => Facing;

class Commands {
  constructor(
    private readonly database: DatabaseSession,
    private readonly context: CommandContext,
  ) {}

  async compare(name: string, { generation, site, from, to, json }: CompareCommand): Promise<void> {
    const { pair, comparison } = await this.look(name, facing, generation, { siteId: site, from, to });
    if (json) {
      const [served, candidate] = [pair.served.number, pair.other.number];
      this.context.print(JSON.stringify({ served, candidate, behind: pair.other.behind, ...comparison }));
    } else this.context.print(inWords(pair, comparison));
  }

  async swap(name: string, { generation, yes, patience }: Options & { yes?: boolean }): Promise<void> {
    let order: Readonly<Record<string, unknown>> = {
      projection: name,
      ...(generation === undefined ? {} : { generation }),
    };
    if (!yes) {
      const { pair, comparison } = await this.look(name, swapTarget, generation);
      this.context.print(inWords(pair, comparison));
      if (!process.stdin.isTTY || !process.stdout.isTTY)
        throw new Problem(
          'Nothing was changed: there is no terminal to ask on. Add --yes where it is to be served.',
        );
      if (!(await agreed(`Serve generation ${pair.other.number} of ${name}?`, this.context.signal)))
        throw new Problem('Nothing was changed.');
      order = { projection: name, generation: pair.other.number, served: pair.served.number };
    } else await this.known(name);
    await this.point('swap', order, patience);
  }

  async rollback(name: string, { patience }: Options): Promise<void> {
    await this.known(name);
    await this.point('rollback', { projection: name }, patience);
  }

  async retire(name: string, { generation, patience }: Options): Promise<void> {
    await this.known(name);
    const order = { projection: name, ...(generation === undefined ? {} : { generation }) };
    const job = await carryOut({ kind: 'retire', arguments: order, patience }, this.database, this.context);
    const { retired } = job.progress.result as { retired: number[] };
    this.context.print(`Retired of ${name}: generation ${retired.join(', ')}. The tables are dropped.`);
  }

  private async point(
    kind: string,
    order: Readonly<Record<string, unknown>>,
    patience: number,
  ): Promise<void> {
    const job = await carryOut({ kind, arguments: order, patience }, this.database, this.context);
    const { from, to } = job.progress.result as { from: number; to: number };
    const name = String(order['projection']);
    this.context.print(
      `Generation ${to} of ${name} is served now; generation ${from} is kept and fed, and "rollback ${name}" goes back to it.`,
    );
  }

  private async known(name: string): Promise<void> {
    await this.reading(async (snapshot) => this.generationsOf(snapshot, name));
  }

  private look(name: string, choose: Choose, generation?: number, options: CompareOptions = {}) {
    return this.reading(async (snapshot) => {
      const pair = choose(await this.generationsOf(snapshot, name), name, generation);
      const [served, candidate] = [pair.served, pair.other].map((each) => ({
        ...each,
        generationId: each.id,
      }));
      if (!served || !candidate) throw new Error('a comparison has two sides');
      return { pair, comparison: await compareGenerations(snapshot, served, candidate, options) };
    });
  }

  private async generationsOf(snapshot: Snapshot, name: string): Promise<FedGeneration[]> {
    const generations = await fedGenerations(snapshot, name);
    if (generations.length > 0) return generations;
    const names = await projectionNames(snapshot);
    throw new Problem(`There is no projection "${name}"; there are ${names.join(', ')}.`);
  }

  private async reading<T>(read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const snapshot = new Snapshot(await this.database.pool(), {
      tenant: EVERYTHING,
      timeoutMs: COMPARE_WITHIN_MS,
    });
    const stop = () => snapshot.abort();
    this.context.signal.addEventListener('abort', stop);
    try {
      return await read(snapshot);
    } finally {
      this.context.signal.removeEventListener('abort', stop);
      await snapshot.close();
    }
  }
}

function inWords({ served, other }: Facing, comparison: Comparison): string {
  const words = describeComparison(
    comparison,
    `generation ${served.number} (served, version ${served.version})`,
    `generation ${other.number} (${other.status}, version ${other.version})`,
  );
  if (other.behind === 0) return words;
  return `Generation ${other.number} is still ${other.behind} record batches behind the served one.\n${words}`;
}

async function agreed(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } catch (error) {
    // Ctrl-C or Ctrl-D, which is an answer too.
    if ((error as Error).name !== 'AbortError') throw error;
    process.stdout.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}
