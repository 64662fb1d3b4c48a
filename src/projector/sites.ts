import type { ClientBase } from 'pg';
import type { SiteSettings } from '#projection/types.js';
import { RULES_COLUMN, storedRules } from './stored-rules.js';

/** A site as this transaction sees it. Nothing of it is kept in memory, so nothing can survive a rollback. */
export interface KnownSite {
  readonly id: number;
  readonly partition: number;
  readonly settings: SiteSettings;
}

/** Of the table `site`. */
export interface SiteRow {
  readonly id: number;
  readonly name: string;
  readonly partition: number;
  readonly time_zone: string;
  readonly rules: string | null;
  readonly revision: number;
}

/** Sites by name; a name not seen before becomes a site of this partition. */
export async function knownSites(
  client: ClientBase,
  partition: number,
  names: readonly string[],
): Promise<Map<string, KnownSite>> {
  const sites = new Map<string, KnownSite>();
  if (names.length === 0) return sites;
  await select(client, names, sites);
  const unknown = names.filter((name) => !sites.has(name)).sort();
  if (unknown.length === 0) return sites;
  await client.query(
    `INSERT INTO site (name, partition) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING`,
    [unknown, partition],
  );
  await select(client, unknown, sites);
  return sites;
}

/** The site with events of this name. */
export async function findSite(client: ClientBase, name: string): Promise<KnownSite | undefined> {
  const sites = new Map<string, KnownSite>();
  await select(client, [name], sites);
  return sites.get(name);
}

async function select(
  client: ClientBase,
  names: readonly string[],
  into: Map<string, KnownSite>,
): Promise<void> {
  const { rows } = await client.query<SiteRow>(
    `SELECT ${SITE_COLUMNS} FROM site WHERE name = ANY ($1::text[])`,
    [names],
  );
  for (const row of rows) into.set(row.name, siteOf(row));
}

export const SITE_COLUMNS = `id, name, partition, time_zone, ${RULES_COLUMN}, revision`;

/** @throws PartitionStopped for rules that this code does not have */
export function siteOf({ id, name, partition, time_zone, rules, revision }: SiteRow): KnownSite {
  return {
    id,
    partition,
    settings: { id: name, timeZone: time_zone, rules: storedRules(name, rules), revision },
  };
}

/** `generation -> site -> row set`, making those that are missing. */
export async function rowSets(
  client: ClientBase,
  generationIds: readonly number[],
  siteIds: readonly number[],
): Promise<Map<number, Map<number, number>>> {
  const sets = new Map(generationIds.map((id) => [id, new Map<number, number>()]));
  if (generationIds.length === 0 || siteIds.length === 0) return sets;
  const wanted = generationIds.length * siteIds.length;
  if ((await selectSets(client, generationIds, siteIds, sets)) === wanted) return sets;
  await client.query(
    `INSERT INTO row_set (site_id, generation_id)
     SELECT s, g FROM unnest($2::int[]) AS s CROSS JOIN unnest($1::int[]) AS g ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
    [generationIds, siteIds],
  );
  await selectSets(client, generationIds, siteIds, sets);
  return sets;
}

async function selectSets(
  client: ClientBase,
  generationIds: readonly number[],
  siteIds: readonly number[],
  into: Map<number, Map<number, number>>,
): Promise<number> {
  const { rows } = await client.query<{ site_id: number; generation_id: number; row_set: number }>(
    `SELECT site_id, generation_id, row_set FROM row_set
     WHERE generation_id = ANY ($1::int[]) AND site_id = ANY ($2::int[])`,
    [generationIds, siteIds],
  );
  for (const row of rows) into.get(row.generation_id)?.set(row.site_id, row.row_set);
  return rows.length;
}
