import type pg from 'pg';

/** A row of each of these tables for each site, as far as the product made none by itself. */
const FILLED = [
  `INSERT INTO event_type (site_id, name, description) SELECT id, 'signup', 'of ' || name FROM site`,
  `INSERT INTO past_figures (site_id, sequence, ordinal, settings, revision, wanted_until)
   SELECT id, 1, 0, '{}', 1, now() + interval '1 day' FROM site`,
  `INSERT INTO spare_row_set (site_id, generation_id, settings, revision, kept_until)
   SELECT s.id, g.id, '{}', 1, now() + interval '1 day' FROM site s, generation g WHERE g.projection = 'daily_aggregates'`,
  `INSERT INTO share_link (organization_id, site, name, token, created_by)
   SELECT coalesce(organization_id, 'nobody'), name, 'filled', convert_to(name, 'UTF8'), 'test' FROM site`,
  `INSERT INTO verification (id, started_at, outcome, site, positions, events, duplicates, drift_rows, findings_total, findings)
   SELECT 1000 + id, now(), 'clean', name, '[]', 1, 0, 0, 0, '[]' FROM site`,
  `INSERT INTO job (kind, arguments, state) SELECT 'preview', jsonb_build_object('site', name), 'failed' FROM site`,
  `INSERT INTO dead_letter (partition, sequence, ordinal, site, event_id, reason, event)
   SELECT 0, 95000 + id, 0, name, gen_random_uuid(), 'test', '{}' FROM site`,
];

export async function fillWalled(owner: pg.Pool): Promise<void> {
  for (const statement of FILLED) await owner.query(statement);
  // All sites are of the first partition; what another one would hold is of the same kind.
  const { rows } = await owner.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '^ledger_[1-9][0-9]*$'`,
  );
  for (const { name } of rows) await owner.query(`INSERT INTO "${name}" SELECT * FROM ledger_0`);
}

/** Which site a row is of, by the columns that its table has. */
const SITE_OF: readonly (readonly [column: string, table: RegExp, site: string])[] = [
  ['name', /^site$/, 't.name'],
  ['arguments', /^job$/, `t.arguments ->> 'site'`],
  ['site', /./, 't.site'],
  ['site_id', /./, '(SELECT name FROM site WHERE id = t.site_id)'],
  [
    'row_set',
    /./,
    `(SELECT name FROM site WHERE id IN (SELECT site_id FROM row_set r WHERE r.row_set = t.row_set
      UNION ALL SELECT site_id FROM spare_row_set r WHERE r.row_set = t.row_set))`,
  ],
];

export interface WalledRow {
  /** Null: of none. */
  readonly site: string | null;
  /** All of the row. */
  readonly row: string;
}

/** What is in a walled table, as its owner sees it. */
export async function rowsOfOwner(owner: pg.Pool, table: string): Promise<WalledRow[]> {
  const { rows: columns } = await owner.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  const names = columns.map(({ name }) => name);
  const site = SITE_OF.find(([column, of]) => names.includes(column) && of.test(table))?.[2];
  if (site === undefined) throw new Error(`nothing says of which site the rows of ${table} are`);
  const { rows } = await owner.query<WalledRow>(`SELECT ${site} AS site, t::text AS row FROM "${table}" t`);
  return rows;
}
