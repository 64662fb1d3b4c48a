import type { ClientBase } from 'pg';
import type { Position } from '#events/position.js';

/**
 * Which event ID was counted, and at which position, for ever. One table per partition, keyed by the site too, or one
 * tenant could suppress another's events. Columns stand by size so that a row has no padding.
 */
export function ledgerTables(partition: number): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ledger_${partition} (
      sequence bigint NOT NULL, site_id int NOT NULL, ordinal int NOT NULL, event_id uuid NOT NULL,
      PRIMARY KEY (site_id, event_id)
    )`,
    `CREATE TABLE IF NOT EXISTS duplicate_${partition} (sequence bigint PRIMARY KEY, ordinals bytea NOT NULL)`,
  ];
}

export interface Claim {
  readonly siteId: number;
  readonly eventId: string;
  readonly position: Position;
}

/**
 * Claims the IDs at these positions. The claims are distinct already.
 * @returns the indexes of those that an earlier position holds.
 */
export async function claim(
  client: ClientBase,
  partition: number,
  claims: readonly Claim[],
): Promise<number[]> {
  if (claims.length === 0) return [];
  const values = columns(claims);
  const inserted = await client.query({
    text: `INSERT INTO ledger_${partition} (sequence, site_id, ordinal, event_id)
      SELECT sequence, site_id, ordinal, event_id FROM ${input} ON CONFLICT DO NOTHING`,
    values,
  });
  if (inserted.rowCount === claims.length) return [];
  const taken = await client.query<{ n: number }>({
    text: `SELECT i.n::int AS n FROM ${input} JOIN ledger_${partition} l USING (site_id, event_id)
      WHERE l.sequence <> i.sequence OR l.ordinal <> i.ordinal`,
    values,
  });
  return taken.rows.map((row) => row.n - 1);
}

const input = `unnest($1::bigint[], $2::int[], $3::int[], $4::uuid[]) WITH ORDINALITY
  AS i (sequence, site_id, ordinal, event_id, n)`;

/** Array literals by hand: the values are numbers and checked UUIDs, and pg's own quoting costs more than the insert. */
function columns(claims: readonly Claim[]): string[] {
  const literal = (pick: (claim: Claim) => string | number) => `{${claims.map(pick).join(',')}}`;
  return [
    literal((each) => each.position.sequence),
    literal((each) => each.siteId),
    literal((each) => each.position.ordinal),
    literal((each) => each.eventId),
  ];
}

/** Keeps the positions that count nothing, so that a rebuild skips them without looking at the ledger. */
export async function saveDuplicates(
  client: ClientBase,
  partition: number,
  positions: readonly Position[],
): Promise<void> {
  if (positions.length === 0) return;
  const messages = new Map<number, number[]>();
  for (const { sequence, ordinal } of positions) {
    const ordinals = messages.get(sequence);
    if (ordinals) ordinals.push(ordinal);
    else messages.set(sequence, [ordinal]);
  }
  await client.query(
    `INSERT INTO duplicate_${partition} (sequence, ordinals)
     SELECT * FROM unnest($1::bigint[], $2::bytea[])`,
    [[...messages.keys()], [...messages.values()].map(bitmapOf)],
  );
}

/** The same for messages that may have duplicates already. Call it while the partition's row is held. */
export async function addDuplicates(
  client: ClientBase,
  partition: number,
  positions: readonly Position[],
): Promise<void> {
  for (const { sequence, ordinal } of positions) {
    const known = (await loadDuplicates(client, partition, sequence - 1, sequence)).get(sequence);
    const ordinals = [...Array((known?.length ?? 0) * 8).keys()].filter((each) => isIn(known, each));
    await client.query(
      `INSERT INTO duplicate_${partition} (sequence, ordinals) VALUES ($1, $2)
       ON CONFLICT (sequence) DO UPDATE SET ordinals = excluded.ordinals`,
      [sequence, bitmapOf([...ordinals, ordinal])],
    );
  }
}

/** The duplicates behind `after` and up to `upTo`, as `sequence -> bitmap`. */
export async function loadDuplicates(
  client: ClientBase,
  partition: number,
  after: number,
  upTo: number,
): Promise<Map<number, Uint8Array>> {
  const { rows } = await client.query<{ sequence: number; ordinals: Buffer }>(
    `SELECT sequence, ordinals FROM duplicate_${partition} WHERE sequence > $1 AND sequence <= $2`,
    [after, upTo],
  );
  return new Map(rows.map((row) => [row.sequence, row.ordinals]));
}

export function bitmapOf(ordinals: readonly number[]): Buffer {
  const bitmap = Buffer.alloc((Math.max(...ordinals) >> 3) + 1);
  for (const ordinal of ordinals) bitmap[ordinal >> 3] = (bitmap[ordinal >> 3] ?? 0) | (1 << (ordinal & 7));
  return bitmap;
}

export function isIn(bitmap: Uint8Array | undefined, ordinal: number): boolean {
  return bitmap !== undefined && ((bitmap[ordinal >> 3] ?? 0) & (1 << (ordinal & 7))) !== 0;
}
