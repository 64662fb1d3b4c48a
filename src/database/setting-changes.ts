import pg from 'pg';

import type { RowReader } from './row-reader.js';
import { EVERYTHING, ofTenant, type Tenant } from './tenant.js';

/** An entry of the audit trail, as the projector wrote it. */
export interface SettingChangeRow {
  /** Of its event in the workspace's stream. */
  readonly sequence: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  /** Null for what concerns no single site. */
  readonly siteId: string | null;
  readonly settings: readonly {
    readonly setting: string;
    /** Null: there was none. */
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

const CHANGES =
  'SELECT sequence::float8 AS sequence, at, actor, action, site AS "siteId", settings FROM setting_change';

/** SQL: whether it concerns no single site, and was done in the organization; whoever is held to one site sees none of these. */
function ofOrganization({ organization, site }: Tenant): string {
  if (organization === undefined || site !== undefined) return 'false';
  return `setting_change.site IS NULL AND setting_change.organization_id = ${pg.escapeLiteral(organization)}`;
}

/** Newest first. @param before only those before this sequence */
export function settingChanges(
  reader: RowReader,
  {
    site,
    before,
    most,
    tenant = EVERYTHING,
  }: { site?: string | undefined; before?: number | undefined; most: number; tenant?: Tenant },
): Promise<SettingChangeRow[]> {
  return reader.query<SettingChangeRow>(
    `${CHANGES}
     WHERE ($1::text IS NULL OR site = $1) AND ($2::bigint IS NULL OR sequence < $2)
       AND (${ofTenant('setting_change.site', tenant)} OR ${ofOrganization(tenant)})
     ORDER BY sequence DESC LIMIT $3`,
    [site ?? null, before ?? null, most],
  );
}

/** Those of these sequences, oldest first. */
export function settingChangesAt(
  reader: RowReader,
  sequences: readonly number[],
): Promise<SettingChangeRow[]> {
  return reader.query<SettingChangeRow>(
    `${CHANGES}
     WHERE sequence = ANY ($1::bigint[]) ORDER BY sequence`,
    [sequences],
  );
}
