import { tableNames } from '#projection/table.js';
import { blockLength } from '#projections/index.js';
import type { VerifyTarget } from './compare.js';
import type { Days } from './compare-read-model.js';
import type { Scratch } from './scratch.js';

/** Consecutive sequences, both inclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What a verification is narrowed to. */
export interface Narrowing {
  readonly partition: number;
  readonly site: { readonly id: number; readonly name: string } | undefined;
  readonly days: Days;
}

/**
 * Where the partition has the events that a narrowed verification is about, between two sequences, by the read model
 * `log_blocks`. It is one of those that are verified, so it is not taken at its word: a block that it lacks leaves the other
 * read models with more than was read, which is drift, and where the whole of a site is asked for, the ledger names its blocks
 * too. What neither of them nor any read model knows, only reading everything finds.
 * @returns undefined where everything has to be read.
 */
export async function indexedStretches(
  { client, home }: Scratch,
  targets: readonly VerifyTarget[],
  { partition, site, days }: Narrowing,
  between: Stretch,
): Promise<Stretch[] | undefined> {
  const index = targets.find((each) => each.served.name === 'log_blocks');
  const byDay = (days.from ?? days.to) !== undefined && targets.every(hasDays);
  if (!index || (!site && !byDay)) return undefined;
  const ofLedger = byDay
    ? ''
    : `UNION SELECT (sequence - 1) / $1 FROM ${home}.ledger_${partition} WHERE site_id = $5`;
  const { rows } = await client.query<{ block: number }>(
    `SELECT block FROM (
       SELECT l.block FROM ${home}.${tableNames(index.served, index.number).main} l
       JOIN ${home}.row_set r ON r.row_set = l.row_set AND r.generation_id = $4 JOIN ${home}.site s ON s.id = r.site_id
       WHERE s.partition = $2 AND ($5::int IS NULL OR s.id = $5)
         AND ($7::date IS NULL OR l.day >= $7::date - 1) AND ($8::date IS NULL OR l.day <= $8::date + 1)
       UNION
       SELECT (sequence - 1) / $1 FROM ${home}.dead_letter
       WHERE partition = $2 AND generation_id = $4 AND ($6::text IS NULL OR site = $6)
       ${ofLedger}) blocks
     WHERE block BETWEEN ($3::bigint - 1) / $1 AND ($9::bigint - 1) / $1 ORDER BY block`,
    [
      blockLength,
      partition,
      between.from,
      index.generationId,
      site?.id ?? null,
      site?.name ?? null,
      // The index has UTC days, the figures those of the site's zone.
      byDay ? (days.from ?? null) : null,
      byDay ? (days.to ?? null) : null,
      between.to,
    ],
  );
  return blocksWithin(
    rows.map((row) => row.block),
    between,
  );
}

/** As PostgreSQL writes a set of bigints. */
export function multirange(stretches: readonly Stretch[]): string {
  return `{${stretches.map(({ from, to }) => `[${from},${to}]`).join(',')}}`;
}

/** A read model without days is compared whole. */
function hasDays({ served }: VerifyTarget): boolean {
  return Object.values(served.keys).some((type) => type === 'date' || type === 'timestamptz');
}

/** Their sequences, as far as they lie between those two. */
export function blocksWithin(blocks: readonly number[], between: Stretch): Stretch[] {
  return joined(blocks.map((block) => within(block, between)));
}

function within(block: number, { from, to }: Stretch): Stretch {
  return { from: Math.max(from, block * blockLength + 1), to: Math.min(to, (block + 1) * blockLength) };
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const next of stretches) {
    const last = result.at(-1);
    if (last && last.to + 1 === next.from) result[result.length - 1] = { from: last.from, to: next.to };
    else result.push(next);
  }
  return result;
}
