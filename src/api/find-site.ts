import type { Snapshot } from '#database/snapshot.js';
import { IS_THERE, isOwn } from '#database/tenant.js';

import type { Past } from './as-of/past.js';

/** A site as PostgreSQL knows it; `key` is the small integer that its row sets hang on. */
export interface SiteRow {
  readonly id: string;
  readonly key: number;
  /** Of the log, where all its events are. */
  readonly partition: number;
  /** Whose it is; null: nobody's. */
  readonly organizationId: string | null;
  readonly createdAt: Date;
  /** As people know it. */
  readonly name: string;
  /** IANA name of the zone in which its days and hours begin, as its figures are served. */
  readonly timeZone: string;
  /** Since when it takes no events; null: it does. */
  readonly archivedAt: Date | null;
  /** From when on it is as if there were no such site; null: it stays. */
  readonly deletesAt: Date | null;
  /** From which pages its public keys may send; empty: from any. */
  readonly origins: readonly string[];
  readonly visitors: { readonly identity: string; readonly signals: string };
  /** By which its figures are made, as they are served. */
  readonly servedRules: readonly unknown[];
  /** Of its settings: the sequence of its last event in the workspace's stream. */
  readonly revision: number;
  /** The same of those that its figures are served with; 0: none but its creation. */
  readonly figuresRevision: number;
  /** Its figures are to be read as they were. */
  readonly past?: Past;
}

/** Tells the figures of one site from those of others, and from its own past. */
export const figuresKey = ({ key, past }: SiteRow): string => (past ? `${key} as of ${past.id}` : `${key}`);

/** Of a site whose settings were never changed. */
const DEFAULT_VISITORS = { identity: 'persistent', signals: 'honoured' };

const SITES = `SELECT name AS id, id AS key, partition, organization_id AS "organizationId", created_at AS "createdAt", coalesce(title, name) AS name,
  time_zone AS "timeZone", rules AS "servedRules", settings_sequence::float8 AS revision,
  revision AS "figuresRevision", archived_at AS "archivedAt", deletes_at AS "deletesAt", origins,
  coalesce(visitor_policy, '${JSON.stringify(DEFAULT_VISITORS)}') AS visitors FROM site
  WHERE ${IS_THERE}`;

/** Undefined until the site's creation, or its first event, is projected, and for a site of somebody else. */
export function findSite(snapshot: Snapshot, siteId: string): Promise<SiteRow | undefined> {
  return snapshot.once(`site ${siteId}`, async () => {
    const [site] = await snapshot.query<SiteRow>(`${SITES} AND name = $1 AND ${isOwn(snapshot.tenant)}`, [
      siteId,
    ]);
    return site;
  });
}

/** @param archived those that take no events any more, and not the others */
export function allSites(snapshot: Snapshot, archived = false): Promise<SiteRow[]> {
  const which = archived ? 'archived_at IS NOT NULL' : 'archived_at IS NULL';
  return snapshot.query<SiteRow>(
    `${SITES} AND ${which} AND ${isOwn(snapshot.tenant)} ORDER BY site.name COLLATE "C"`,
  );
}
