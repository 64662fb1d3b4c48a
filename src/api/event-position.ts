import type { Snapshot } from '#database/snapshot.js';

import type { SiteRow } from './find-site.js';
import type { Receipt } from './receipt.js';

/** Up to which sequence the partition is projected; 0 where it is not at all. */
export async function floorOf(snapshot: Snapshot, partition: number): Promise<number> {
  const [row] = await snapshot.query<{ sequence: number }>(
    'SELECT sequence FROM partition WHERE partition = $1',
    [partition],
  );
  return row?.sequence ?? 0;
}

/** Where the ledger has the event's ID: the first place in the log, the one that counts. */
export async function firstPosition(
  snapshot: Snapshot,
  { key, partition }: SiteRow,
  eventId: string,
): Promise<Receipt | undefined> {
  const [row] = await snapshot.query<{ sequence: number; ordinal: number }>(
    `SELECT sequence, ordinal FROM ledger_${Number(partition)} WHERE site_id = $1 AND event_id = $2`,
    [key, eventId],
  );
  return row && { partition, ...row };
}

/** An event that was parked before it could claim its ID, such as one in a partition where its site does not live. */
export async function strayLetter(
  snapshot: Snapshot,
  siteId: string,
  eventId: string,
): Promise<Receipt | undefined> {
  const [row] = await snapshot.query<Receipt>(
    `SELECT partition, sequence, ordinal FROM dead_letter
     WHERE site = $1 AND event_id = $2 AND generation_id IS NULL ORDER BY sequence, ordinal LIMIT 1`,
    [siteId, eventId],
  );
  return row;
}

export interface LetterRow {
  readonly projection: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly status: string;
  readonly firstFailedAt: Date;
  readonly lastFailedAt: Date;
}

/** Why the event is missing, by served read model; a message that could not be decoded (ordinal -1) is missing whole. */
export function deadLettersAt(
  snapshot: Snapshot,
  { partition, sequence, ordinal }: Receipt,
): Promise<LetterRow[]> {
  return snapshot.query<LetterRow>(
    `SELECT s.projection, d.reason, d.detail, d.status,
            d.first_failed_at AS "firstFailedAt", d.last_failed_at AS "lastFailedAt"
     FROM dead_letter d LEFT JOIN served_generation s USING (generation_id)
     WHERE d.partition = $1 AND d.sequence = $2 AND d.ordinal IN (-1, $3)
       AND (d.generation_id IS NULL OR s.generation_id IS NOT NULL)
     ORDER BY s.projection COLLATE "C" NULLS FIRST`,
    [partition, sequence, ordinal],
  );
}
