import type { Snapshot } from '#database/snapshot.js';

import type { Span } from './explained-figure.js';
import type { SiteRow } from './find-site.js';
import { readModel } from './read-model.js';

/** Of the last blocks: the first of them nearly always has what is looked for. */
const AT_ONCE = 10;

/** Consecutive sequences, both inclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Where the site's partition has its events of that time, from the read model `log_blocks`, in order; blocks side by side are one
 * stretch of at most `longest`. An event that this very index lacks as a dead letter is found by its dead letter. Undefined
 * while the index is not served yet.
 */
export async function stretchesOf(
  snapshot: Snapshot,
  site: SiteRow,
  span: Span,
  o: { readonly blockLength: number; readonly from: number; readonly to: number; readonly longest: number },
): Promise<Stretch[] | undefined> {
  const blocks = await blocksOf(snapshot, site, o, [utcDay(span.start), utcDay(span.end - 1)]);
  return blocks && joined(blocks, o.longest);
}

/** The last of them up to a sequence, the newest first; undefined while the index is not served yet. */
export function lastBlocksOf(
  snapshot: Snapshot,
  site: SiteRow,
  { blockLength, to }: { readonly blockLength: number; readonly to: number },
): Promise<Stretch[] | undefined> {
  return blocksOf(snapshot, site, { blockLength, from: 1, to });
}

/** In order those of some days; else the last ones, the newest first. */
async function blocksOf(
  snapshot: Snapshot,
  site: SiteRow,
  { blockLength, from, to }: { readonly blockLength: number; readonly from: number; readonly to: number },
  days?: readonly [string, string],
): Promise<Stretch[] | undefined> {
  const generation = await snapshot.served('log_blocks');
  if (!generation) return undefined;
  const index = await readModel(snapshot, 'log_blocks', site);
  const onDays = days ? 'AND day BETWEEN $7 AND $8' : '';
  const indexed = index ? `SELECT block FROM ${index.table} WHERE row_set = $6 ${onDays} UNION` : '';
  const rows = await snapshot.query<{ block: number }>(
    `SELECT block FROM (
       ${indexed}
       SELECT (sequence - 1) / $1 AS block FROM dead_letter
       WHERE partition = $4 AND site = $5 AND generation_id = ${Number(generation.id)}) blocks
     WHERE block BETWEEN ($2::bigint - 1) / $1 AND ($3::bigint - 1) / $1 ORDER BY block
     ${days ? '' : `DESC LIMIT ${AT_ONCE}`}`,
    [blockLength, from, to, site.partition, site.id, ...(index ? [index.rowSet, ...(days ?? [])] : [])],
  );
  return rows.map(({ block }) => ({
    from: Math.max(from, block * blockLength + 1),
    to: Math.min(to, (block + 1) * blockLength),
  }));
}

function joined(stretches: readonly Stretch[], longest: number): Stretch[] {
  const result: Stretch[] = [];
  for (const next of stretches) {
    const last = result.at(-1);
    if (last && last.to + 1 === next.from && next.to - last.from < longest)
      result[result.length - 1] = { from: last.from, to: next.to };
    else result.push(next);
  }
  return result;
}

const utcDay = (time: number): string => new Date(time).toISOString().slice(0, 10);
