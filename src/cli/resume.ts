import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Pool } from 'pg';

import { wholeNumber, patienceOption } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { DatabaseSession } from './database-session.js';
import { Problem } from './problem.js';
import { duration } from './text.js';

const POLL_MS = 100;
/** A batch that is let through is committed well within this. */
const PATIENCE_MS = 30_000;

interface Options {
  readonly partition: number;
  readonly acceptDeadLetters?: boolean;
  readonly upTo?: number;
  readonly patience: number;
}

export function addResume(program: Command, context: () => CommandContext): void {
  program
    .command('resume')
    .description('Let a partition go on that stopped because too many events of a batch cannot be projected')
    .requiredOption('--partition <n>', 'which one, as "status" shows it', wholeNumber(0, 32_767))
    .option('--accept-dead-letters', 'park what cannot be projected, however many; needed')
    .option(
      '--up-to <sequence>',
      'not the next batch alone: all up to this sequence of the log',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(patienceOption().default(PATIENCE_MS, '30'))
    .action((options: Options) => resume(options, context()));
}

async function resume(options: Options, { config, signal, print }: CommandContext): Promise<void> {
  const { partition, patience, upTo } = options;
  if (options.acceptDeadLetters !== true) {
    throw new Problem(
      'Say --accept-dead-letters to park every event of the next batch that cannot be projected; they are missing in ' +
        'the figures until they are retried. Mending the projection and starting again needs no command.',
    );
  }
  const database = new DatabaseSession(config);
  try {
    const pool = await database.pool();
    const before = await look(pool, partition);
    if (!before) throw new Problem(`There is no partition ${partition}; "status" shows which there are.`);
    if (before.stoppedReason === null)
      throw new Problem(`Partition ${partition} is not stopped; nothing was changed.`);
    await pool.query('UPDATE partition SET park_below = greatest(sequence + 1, $2) WHERE partition = $1', [
      partition,
      upTo ?? 0,
    ]);
    const until = Date.now() + patience;
    for (;;) {
      const now = (await look(pool, partition)) ?? before;
      if (now.sequence > before.sequence) {
        print(
          `Partition ${partition} goes on, from sequence ${now.sequence}. See "dead-letters list" for what was parked.`,
        );
        return;
      }
      if (signal.aborted) throw new Problem('No longer watching; the leave stands until it is used.', 130);
      if (Date.now() > until) throw new Problem(stillStopped(partition, now.stoppedReason, patience));
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await database.close();
  }
}

interface Stand {
  readonly sequence: number;
  readonly stoppedReason: string | null;
}

async function look(pool: Pool, partition: number): Promise<Stand | undefined> {
  const { rows } = await pool.query<Stand>(
    'SELECT sequence, stopped_reason AS "stoppedReason" FROM partition WHERE partition = $1',
    [partition],
  );
  return rows[0];
}

function stillStopped(partition: number, reason: string | null, patience: number): string {
  return (
    `Partition ${partition} has not moved within ${duration(patience)}: ${reason ?? 'is a projector running?'}\n` +
    'Dead letters are accepted there when it tries again; any other reason has to be mended.'
  );
}
