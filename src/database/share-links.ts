import pg from 'pg';

import type { RowReader } from './row-reader.js';
import { IS_THERE, ofTenant, type Tenant } from './tenant.js';

export interface ShareLinkRow {
  readonly id: string;
  readonly organizationId: string;
  readonly siteId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly hasPassword: boolean;
}

/** A link that may be used, as whoever comes with it needs it. */
export interface UsableLink {
  readonly id: string;
  readonly organizationId: string;
  readonly siteId: string;
  /** argon2id; null: none is asked. */
  readonly password: string | null;
}

const COLUMNS = `id, organization_id AS "organizationId", site AS "siteId", name, created_at AS "createdAt",
  created_by AS "createdBy", expires_at AS "expiresAt", revoked_at AS "revokedAt", password IS NOT NULL AS "hasPassword"`;

/** SQL: whether the site is the tenant's and the link is, too: a site that came from somebody else came without its links. */
function isTheirs(tenant: Tenant): string {
  const own = ofTenant('share_link.site', tenant);
  if (tenant.everything) return own;
  return `${own} AND share_link.organization_id = ${pg.escapeLiteral(tenant.organization ?? '')}`;
}

/** Newest first; those that were revoked come last. */
export function shareLinks(reader: RowReader, site: string, tenant: Tenant): Promise<ShareLinkRow[]> {
  return reader.query<ShareLinkRow>(
    `SELECT ${COLUMNS} FROM share_link WHERE site = $1 AND ${isTheirs(tenant)}
     ORDER BY revoked_at IS NOT NULL, created_at DESC, id LIMIT 200`,
    [site],
  );
}

export async function addShareLink(
  reader: RowReader,
  link: {
    readonly organizationId: string;
    readonly site: string;
    readonly name: string;
    readonly token: Buffer;
    readonly password: string | undefined;
    readonly createdBy: string;
    readonly expiresAt: Date | undefined;
  },
): Promise<ShareLinkRow> {
  const { organizationId, site, name, token, password, createdBy, expiresAt } = link;
  const [row] = await reader.query<ShareLinkRow>(
    `INSERT INTO share_link (organization_id, site, name, token, password, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`,
    [organizationId, site, name, token, password ?? null, createdBy, expiresAt ?? null],
  );
  if (!row) throw new Error('the link was not stored');
  return row;
}

/** @returns undefined where the tenant has no such link; one that was revoked before stays as it was */
export async function revokeShareLink(
  reader: RowReader,
  id: string,
  by: string,
  tenant: Tenant,
): Promise<ShareLinkRow | undefined> {
  const [row] = await reader.query<ShareLinkRow>(
    `UPDATE share_link SET revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, $2)
     WHERE id = $1 AND ${isTheirs(tenant)} RETURNING ${COLUMNS}`,
    [id, by],
  );
  return row;
}

/** The link with this token, where it was neither revoked nor is over, and its site is still there, and of who made it. */
export async function usableLink(reader: RowReader, token: Buffer): Promise<UsableLink | undefined> {
  const [row] = await reader.query<UsableLink>(
    `SELECT l.id, l.organization_id AS "organizationId", l.site AS "siteId", l.password
     FROM share_link l JOIN site ON site.name = l.site AND site.organization_id = l.organization_id AND ${IS_THERE}
     WHERE l.token = $1 AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())`,
    [token],
  );
  return row;
}
