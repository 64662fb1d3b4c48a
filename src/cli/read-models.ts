import { setTimeout as sleep } from 'node:timers/promises';

import type { Config } from '#config/config.js';
import type { Position } from '#events/position.js';

import { DatabaseSession } from './database-session.js';
import { messageOf, Problem } from './problem.js';
import type { Progress } from './progress.js';
import { count, duration } from './text.js';

const POLL_MS = 200;

export interface WaitOptions {
  /** How long the read models may stand still, milliseconds. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * Returns once the read models have everything up to these places in the log. The database, and the projector with
 * it, may go away and come back; only standing still for the whole patience is a failure.
 */
export async function waitForReadModels(
  config: Config,
  goals: readonly Pick<Position, 'partition' | 'sequence'>[],
  options: WaitOptions,
): Promise<void> {
  const database = new DatabaseSession(config);
  try {
    await follow(database, goals, options);
  } finally {
    await database.close();
  }
}

async function follow(
  database: DatabaseSession,
  goals: readonly Pick<Position, 'partition' | 'sequence'>[],
  { patience, signal, progress }: WaitOptions,
): Promise<void> {
  let least: number | undefined;
  let most = 0;
  let moved = Date.now();
  let fault: string;
  let warned = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      const at = await readCheckpoints(database);
      const left = goals.reduce(
        (sum, { partition, sequence }) => sum + Math.max(0, sequence - (at.get(partition)?.sequence ?? 0)),
        0,
      );
      // A stopped partition may stand beyond the goal: its log was replaced by an older one.
      const stopped = goals.map(({ partition }) => at.get(partition)?.stoppedReason).find(Boolean);
      if (left === 0 && !stopped) return;
      fault = stopped ? `the projector stopped: ${stopped}` : 'the projector does not move';
      if (stopped && !warned) progress.note(`Still waiting, but ${fault}`);
      warned ||= Boolean(stopped);
      if (least === undefined || left < least) moved = Date.now();
      least = Math.min(left, least ?? left);
      most = Math.max(most, left);
      progress.update({ done: most - left, total: most, detail: `${count(left)} record batches to go` });
    } catch (error) {
      fault = messageOf(error);
    }
    if (Date.now() - moved > patience) {
      throw new Problem(
        `Everything is stored in the log, but the read models did not follow for ${duration(patience)} (${fault}). ` +
          'They will when the projector runs; see "npm run tidemark -- status".',
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

interface Checkpoint {
  readonly sequence: number;
  readonly stoppedReason: string | undefined;
}

async function readCheckpoints(database: DatabaseSession): Promise<ReadonlyMap<number, Checkpoint>> {
  const pool = await database.pool();
  const { rows } = await pool.query<{ partition: number; sequence: number; stopped_reason: string | null }>(
    'SELECT partition, sequence, stopped_reason FROM partition',
  );
  return new Map(
    rows.map((row) => [
      row.partition,
      { sequence: row.sequence, stoppedReason: row.stopped_reason ?? undefined },
    ]),
  );
}
