import type { Pool } from 'pg';
import { expect } from 'vitest';
import type { EventLog } from '#event-log/event-log.js';
import type { StoredEvent } from '#events/stored-event.js';
import { projections } from '#projections/index.js';
import { readAll } from '../../harness/event-log.js';
import { byHand } from '../../laws/support/by-hand.js';
import type { Logged } from '../../laws/support/events.js';
import { contentsOf } from '../../laws/support/lab-laws.js';

export interface Accounts {
  /** Lines in the log. */
  readonly accepted: number;
  readonly projected: number;
  readonly duplicates: number;
  readonly deadLetters: number;
}

/** What the log says, read by `JSON.parse` and folded by hand; no code that projects has a part in it. */
async function accountsOf(
  log: EventLog,
): Promise<{ accounts: Accounts; counted: Logged[]; ids: Set<string> }> {
  const ids = new Set<string>();
  const counted: Logged[] = [];
  let [accepted, duplicates, deadLetters] = [0, 0, 0];
  for (let partition = 0; partition < log.partitions; partition++) {
    for (const { line, sequence, ordinal } of await readAll(log, partition)) {
      accepted++;
      const event = parsed(line);
      if (!event) deadLetters++;
      else if (ids.has(event.id)) duplicates++;
      else {
        ids.add(event.id);
        counted.push({ event, position: { partition, sequence, ordinal } });
      }
    }
  }
  return { accounts: { accepted, projected: counted.length, duplicates, deadLetters }, counted, ids };
}

function parsed(line: string): StoredEvent | undefined {
  try {
    return JSON.parse(line) as StoredEvent;
  } catch {
    return undefined;
  }
}

/**
 * Nothing acknowledged is missing in the log, every line of it is projected, a duplicate or a dead letter, and every row
 * of every served read model is what the log comes to. All zones are UTC, and event IDs are of one site each.
 */
export async function expectBalanced(
  log: EventLog,
  pool: Pool,
  acknowledged: ReadonlySet<string>,
): Promise<Accounts> {
  const { accounts, counted, ids } = await accountsOf(log);
  expect(
    [...acknowledged].filter((id) => !ids.has(id)),
    'acknowledged and not in the log',
  ).toEqual([]);
  const { rows } = await pool.query<Accounts>(
    `SELECT sum(events + duplicates)::int + (SELECT count(DISTINCT (partition, sequence, ordinal))::int FROM dead_letter) AS accepted,
       sum(events)::int AS projected, sum(duplicates)::int AS duplicates,
       (SELECT count(DISTINCT (partition, sequence, ordinal))::int FROM dead_letter) AS "deadLetters" FROM partition`,
  );
  expect(rows[0], 'accepted = projected + duplicates + dead letters').toEqual(accounts);
  const { rows: served } = await pool.query<{ projection: string; number: number }>(
    'SELECT s.projection, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id',
  );
  const numbers = new Map(served.map(({ projection, number }) => [projection, number]));
  const contents = await contentsOf({ pool }, (p) => numbers.get(p.name) ?? 0, projections);
  expect(contents).toEqual(byHand(counted, () => 'UTC'));
  return accounts;
}
