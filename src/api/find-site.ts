import type { Snapshot } from '#database/snapshot.js';

/** A site as PostgreSQL knows it; `key` is the small integer that its row sets hang on. */
export interface SiteRow {
  readonly id: string;
  readonly key: number;
  /** Of the log, where all its events are. */
  readonly partition: number;
  readonly createdAt: Date;
}

const SITES = `SELECT name AS id, id AS key, partition, created_at AS "createdAt" FROM site`;

/** Undefined until the first event of the site is projected. */
export function findSite(snapshot: Snapshot, siteId: string): Promise<SiteRow | undefined> {
  return snapshot.once(`site ${siteId}`, async () => {
    const [site] = await snapshot.query<SiteRow>(`${SITES} WHERE name = $1`, [siteId]);
    return site;
  });
}

export function allSites(snapshot: Snapshot): Promise<SiteRow[]> {
  return snapshot.query<SiteRow>(`${SITES} ORDER BY name COLLATE "C"`);
}
