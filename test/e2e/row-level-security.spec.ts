import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { LOCAL } from '#access/actor.js';
import { API_ROLE, apiRights, noRights } from '#database/api-rights.js';
import { requireWalls } from '#database/api-login.js';
import { createPool } from '#database/pool.js';
import { readModel } from '#api/read-model.js';
import { asTenant, EVERYTHING } from '#database/tenant.js';
import { withSnapshot } from '#database/with-snapshot.js';
import { KeySettings } from '#workspace/commands/key-settings.js';
import { waitFor } from '../harness/wait-for.js';
import { makeKey } from './support/keyed.js';
import { ALPHA, BETA, person, startTwoTenants, type TwoTenants } from './support/two-tenants.js';
import { fillWalled, rowsOfOwner } from './support/walled-rows.js';

let two: TwoTenants;
let pool: pg.Pool;
let walled: string[];

beforeAll(async () => {
  two = await startTwoTenants({ connections: 2 });
  await fillWalled(two.owner);
  const login = new URL(two.app.databaseUrl);
  [login.username, login.password] = ['tidemark_web', 'test'];
  pool = createPool(login.href, { max: 2 });
  two.actors.set('alpha', person('viewer', ALPHA.organization));
  two.actors.set('beta', person('viewer', BETA.organization));
  const { rows } = await two.owner.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relforcerowsecurity`,
  );
  walled = rows.map(({ name }) => name);
});
afterAll(async () => {
  await pool.end();
  await two.stop();
});

const count = async (table: string) =>
  (await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${table}"`)).rows[0]?.n;

describe('S03', () => {
  test('S03: without a tenant the API reads no row of any table with tenants', async () => {
    expect(walled).toContain('site');
    expect(walled).toContain('daily_aggregates_g1');
    expect(walled).toContain('ledger_0');
    for (const table of walled) expect([table, await count(table)]).toEqual([table, 0]);
  });

  test('S03: of each of these tables, a tenant reads the rows of its sites, all of them and no other', async () => {
    const empty: string[] = [];
    for (const table of walled) {
      const all = await rowsOfOwner(two.owner, table);
      const of = (sites: readonly string[]) =>
        all.filter(({ site }) => site !== null && sites.includes(site)).map(({ row }) => row);
      const seen = async (tenant: object) =>
        asTenant(pool, tenant, async (client) => {
          const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM "${table}" t`);
          return rows.map(({ row }) => row).sort();
        });
      const [{ organization, site, other }, beta] = [ALPHA, { organization: BETA.organization }];
      expect([table, await seen({ organization })]).toEqual([table, of([site, other]).sort()]);
      expect([table, await seen({ organization, site })]).toEqual([table, of([site]).sort()]);
      expect([table, await seen(beta)]).toEqual([table, of([BETA.site]).sort()]);
      expect([table, await seen({ organization: 'of none' })]).toEqual([table, []]);
      expect([table, await seen(EVERYTHING)]).toEqual([table, all.map(({ row }) => row).sort()]);
      if ([site, other, BETA.site].some((each) => of([each]).length === 0)) empty.push(table);
    }
    expect(empty).toEqual([]);
  });

  test('S03: row level security is forced on every table that names a site, a row set or an organization', async () => {
    const { rows } = await two.owner.query<{ name: string; forced: boolean }>(
      `SELECT DISTINCT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped
         AND a.attname IN ('site_id', 'site', 'row_set', 'organization_id')
         AND has_any_column_privilege('${API_ROLE}', c.oid, 'SELECT')`,
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ forced }) => !forced)).toEqual([]);
  });

  test('S03: every table is either in the list of rights, or the API has none on it', async () => {
    const { rows } = await two.owner.query<{ name: string; may: boolean }>(
      `SELECT relname AS name, has_table_privilege('${API_ROLE}', oid, 'SELECT, INSERT, UPDATE, DELETE') AS may
       FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    const made = /_g\d+(_[a-z_]+)?$|^ledger_\d+$|^duplicate_\d+$/;
    const known = rows.filter(({ name }) => !made.test(name));
    expect(known.map(({ name }) => name).sort()).toEqual([...Object.keys(apiRights), ...noRights].sort());
    expect(rows.filter(({ name, may }) => may && noRights.includes(name))).toEqual([]);
    const { rows: written } = await two.owner.query(
      `SELECT relname FROM pg_class WHERE relname ~ '^(duplicate|ledger)_[0-9]+$'
         AND has_table_privilege('${API_ROLE}', oid, 'INSERT, UPDATE, DELETE')`,
    );
    expect(written).toEqual([]);
  });

  test('S03: a tenant reads its own rows, a site of it alone where that is said, and a wrong one none', async () => {
    const names = async (tenant: object) =>
      asTenant(pool, tenant, async (client) => {
        const { rows } = await client.query<{ name: string }>('SELECT name FROM site ORDER BY name');
        return rows.map(({ name }) => name);
      });
    expect(await names({ organization: ALPHA.organization })).toEqual([ALPHA.other, ALPHA.site]);
    expect(await names({ organization: ALPHA.organization, site: ALPHA.site })).toEqual([ALPHA.site]);
    expect(await names({ organization: ALPHA.organization, site: BETA.site })).toEqual([]);
    expect(await names({ organization: `x' OR 'a' = 'a` })).toEqual([]);
    expect(await names(EVERYTHING)).toHaveLength(4);
    // The same connections, with nothing said, after they were somebody's.
    expect(await count('site')).toBe(0);
  });
});

test('S04: 200 parallel requests of two tenants over two connections never see one another', async () => {
  const query = '{ sites { id dailyStats(range: {from: "2026-03-01", to: "2026-03-09"}) { events } } }';
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const as = n % 2 === 0 ? 'alpha' : 'beta';
      let answer = await two.ask(as, query);
      // Two connections on a busy machine: some wait for too long, and are told so.
      while (answer.errors?.[0]?.extensions['code'] === 'UNAVAILABLE') answer = await two.ask(as, query);
      return { as, answer };
    }),
  );
  const expected = { alpha: [ALPHA.other, ALPHA.site], beta: [BETA.site] };
  for (const { as, answer } of answers) {
    expect(answer.errors).toBeUndefined();
    const sites = answer.data?.['sites'] as { id: string; dailyStats: { events: number }[] }[];
    expect(sites.map(({ id }) => id)).toEqual(expected[as as 'alpha']);
    for (const { dailyStats } of sites)
      expect(dailyStats.reduce((sum, { events }) => sum + events, 0)).toBe(40);
  }
});

describe('S05: the API may not', () => {
  test.each([
    ['change a table', 'ALTER TABLE site ADD COLUMN x int'],
    ['become the owner', 'SET ROLE tidemark'],
    ['run a program', `COPY (SELECT 1) TO PROGRAM 'true'`],
    ['read a file', `SELECT pg_read_file('/etc/hostname')`],
    ['delete from the ledger', 'DELETE FROM ledger_0'],
    ['write into the ledger', 'UPDATE ledger_0 SET ordinal = 0'],
    ['write duplicates', 'DELETE FROM duplicate_0'],
    ['write figures', 'UPDATE daily_aggregates_g1 SET events = 0'],
    ['take a site', `UPDATE site SET organization_id = 'org-alpha'`],
    ['change the audit trail', 'DELETE FROM setting_change'],
    ['take a policy away', 'DROP POLICY tenant ON site'],
    ['switch row level security off', 'ALTER TABLE site DISABLE ROW LEVEL SECURITY'],
    ['read migrations', 'SELECT * FROM migration'],
    ['make a table', 'CREATE TABLE x ()'],
    [
      'make a wall function anew',
      'CREATE OR REPLACE FUNCTION tidemark_sees_all() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$',
    ],
  ])('%s', async (_, sql) => {
    await expect(pool.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  test('look past the policies', async () => {
    const client = await pool.connect();
    try {
      await client.query('SET row_security = off');
      await expect(client.query('SELECT * FROM site')).rejects.toMatchObject({ code: '42501' });
      await client.query('RESET row_security');
    } finally {
      client.release();
    }
  });
});

test('S06: the SQL of a question without its WHERE shows no row of anybody else', async () => {
  const tenant = { organization: ALPHA.organization };
  for (const projection of ['daily_aggregates', 'top_paths', 'unique_visitors', 'hourly_series', 'sources']) {
    await withSnapshot(pool, tenant, async (snapshot) => {
      const { number } = (await snapshot.served(projection)) ?? { number: 0 };
      const table = `"${projection}_g${number}"`;
      const seen = await snapshot.query<{ row_set: number }>(`SELECT DISTINCT row_set FROM ${table}`);
      const { rows: own } = await two.owner.query<{ row_set: number }>(
        `SELECT DISTINCT t.row_set FROM ${table} t JOIN row_set r USING (row_set) JOIN site s ON s.id = r.site_id
         WHERE s.organization_id = $1`,
        [ALPHA.organization],
      );
      const { rows: all } = await two.owner.query(`SELECT DISTINCT row_set FROM ${table}`);
      expect(seen.map((row) => row.row_set).sort()).toEqual(own.map((row) => row.row_set).sort());
      expect(all.length).toBeGreaterThan(own.length);
    });
  }
  for (const [table, column] of [
    ['dead_letter', 'site'],
    ['setting_change', 'site'],
    ['site', 'name'],
  ] as const) {
    const names = await asTenant(pool, tenant, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT DISTINCT ${column} AS name FROM ${table}`,
      );
      return rows.map(({ name }) => name);
    });
    expect(names).toContain(ALPHA.site);
    expect(names.filter((name) => name !== ALPHA.site && name !== ALPHA.other)).toEqual([]);
  }
});

test('S06: the row set of somebody else, taken for granted, is empty', async () => {
  const { rows } = await two.owner.query<{ row_set: number }>(
    `SELECT r.row_set FROM row_set r JOIN site s ON s.id = r.site_id JOIN served_generation g USING (generation_id)
     WHERE s.name = $1 AND g.projection = 'daily_aggregates'`,
    [BETA.site],
  );
  await withSnapshot(pool, { organization: ALPHA.organization }, async (snapshot) => {
    expect(
      await snapshot.query('SELECT * FROM daily_aggregates_g1 WHERE row_set = $1', [rows[0]?.row_set]),
    ).toEqual([]);
    // Nor does the snapshot find it by the key of the site.
    const key = { key: 3, id: BETA.site } as Parameters<typeof readModel>[2];
    expect(await readModel(snapshot, 'daily_aggregates', key)).toBeUndefined();
  });
});

test('S06: what concerns all sites of an organization is in its trail alone, and not for a key of one site', async () => {
  const { organization } = ALPHA;
  const { id } = await makeKey(two.app, undefined, {
    kind: 'secret',
    name: 'Import',
    organizationId: organization,
  });
  await two.app.app.get(KeySettings, { strict: false }).revoke(LOCAL, id);
  const written = `SELECT FROM setting_change WHERE site IS NULL AND organization_id = '${organization}'`;
  await waitFor(async () => (await two.owner.query(written)).rowCount === 2, { message: 'the trail' });
  const key = { kind: 'key', keyId: 'k', organizationId: organization, scopes: ['admin'] } as const;
  two.actors.set('all sites', { ...key, siteId: undefined });
  two.actors.set('one site', { ...key, siteId: ALPHA.site });
  two.actors.set('owner', person('owner', organization));
  two.actors.set('owner of beta', person('owner', BETA.organization));
  const trail = async (as: string) => {
    const { data, errors } = await two.ask(as, '{ auditTrail { action siteId } }');
    expect(errors).toBeUndefined();
    return (data?.['auditTrail'] as { action: string; siteId: string | null }[])
      .filter(({ siteId }) => siteId === null)
      .map(({ action }) => action);
  };
  for (const as of ['owner', 'all sites']) expect(await trail(as)).toEqual(['KeyRevoked', 'KeyCreated']);
  for (const as of ['owner of beta', 'one site']) expect(await trail(as)).toEqual([]);
  const behind = (tenant: object) =>
    asTenant(pool, tenant, async (client) => (await client.query(written)).rowCount);
  expect(await behind({ organization })).toBe(2);
  expect(await behind({ organization, site: ALPHA.site })).toBe(0);
  expect(await behind({ organization: BETA.organization })).toBe(0);

  const page = async (as: string, more = '') => {
    const { data } = await two.ask(
      as,
      `{ organizationTrail(first: 1${more}) { id action subject before after } }`,
    );
    return data?.['organizationTrail'] as { id: string }[];
  };
  const [revoked] = await page('owner');
  const subject = expect.stringMatching(/^sk_\w+…$/) as string;
  expect(revoked).toMatchObject({ action: 'KeyRevoked', subject, before: 'Import', after: null });
  const created = {
    action: 'KeyCreated',
    subject,
    before: null,
    after: expect.stringMatching(/^Import \(/) as string,
  };
  expect(await page('owner', `, before: "${revoked?.id}"`)).toMatchObject([created]);
  expect(await page('owner of beta')).toEqual([]);
});

test('a login that the walls would not hold is refused, with what to type', async () => {
  await expect(requireWalls(two.owner, 'DATABASE_API_URL')).rejects.toThrow(
    /superuser|owns the tables|no member/,
  );
  await expect(requireWalls(two.owner, 'DATABASE_API_URL')).rejects.toThrow(/CREATE ROLE tidemark_web LOGIN/);
  await expect(requireWalls(pool, 'DATABASE_API_URL')).resolves.toBeUndefined();
});
