import type { Snapshot } from '#database/snapshot.js';

import { AsOfNotReady } from './as-of/past.js';
import { figuresKey, type SiteRow } from './find-site.js';

/** Where a site's rows of a projection are, in the generation that the snapshot serves. */
export interface ReadModel {
  /** Quoted, safe to put into SQL. */
  readonly table: string;
  /** The same of the members of a column that counts different ones. */
  readonly members: (column: string) => string;
  readonly rowSet: number;
}

/** Undefined where the projection is not served yet or the site has no rows in it: every figure is then zero. */
export function readModel(
  snapshot: Snapshot,
  projection: string,
  site: SiteRow,
): Promise<ReadModel | undefined> {
  return snapshot.once(`read-model ${projection} ${figuresKey(site)}`, async () => {
    const generation = await snapshot.served(projection);
    if (!generation) return undefined;
    const rowSet = (site.past?.sets ?? (await rowSetsOf(snapshot, site))).get(generation.id);
    if (rowSet === undefined) {
      // Another generation is served now, which has them once they are asked for again.
      if (site.past?.id !== undefined) throw new AsOfNotReady();
      return undefined;
    }
    const table = tableName(projection, generation.number);
    const members = (column: string) => `"${projection}_g${generation.number}_${column}"`;
    return { table, members, rowSet };
  });
}

function rowSetsOf(snapshot: Snapshot, site: SiteRow): Promise<ReadonlyMap<number, number>> {
  return snapshot.once(`row-sets ${site.key}`, async () => {
    const rows = await snapshot.query<{ generation_id: number; row_set: number }>(
      `SELECT r.generation_id, r.row_set FROM row_set r
       JOIN served_generation s ON s.generation_id = r.generation_id WHERE r.site_id = $1`,
      [site.key],
    );
    return new Map(rows.map((row) => [row.generation_id, row.row_set]));
  });
}

// Names come from a table of ours, but they end up inside SQL text: nothing but this pattern may.
function tableName(projection: string, generation: number): string {
  const name = `${projection}_g${generation}`;
  if (!/^[a-z][a-z0-9_]{0,40}_g[1-9][0-9]{0,8}$/.test(name))
    throw new Error(`not a read-model table: ${name}`);
  return `"${name}"`;
}
