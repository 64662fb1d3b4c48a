import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The second wall between tenants: whoever reads says for whom, in settings of the transaction (`tidemark.organization`,
 * `tidemark.site`, `tidemark.everything`), and policies show no row of anybody else; where nothing is said, none at all.
 * The tables' owner, who projects, sees all.
 */
export class Walls1700000019000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const [place] = (await runner.query('SELECT quote_ident(current_schema()) AS name')) as {
      name: string;
    }[];
    for (const statement of statements(place?.name ?? 'public')) await runner.query(statement);
    for (const [table, condition] of Object.entries(conditions))
      await runner.query('SELECT tidemark_wall($1::regclass, $2)', [table, condition]);
    await runner.query('SELECT tidemark_walls()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DO $$
      DECLARE walled record;
      BEGIN
        FOR walled IN SELECT DISTINCT p.tablename FROM pg_policies p
          WHERE p.schemaname = current_schema() AND p.policyname = 'tenant' LOOP
          EXECUTE format('DROP POLICY tenant ON %I', walled.tablename);
          EXECUTE format('DROP POLICY owner ON %I', walled.tablename);
          EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', walled.tablename);
        END LOOP;
      END $$`);
    await runner.query(
      'DROP FUNCTION tidemark_walls, tidemark_wall, tidemark_row_sets, tidemark_site_names, tidemark_site_keys, tidemark_sees_all',
    );
  }
}

// In a SELECT of its own each is asked once for a query, and not once for a row; what it answers can be searched by index.
const BY_KEY = 'site_id = ANY ((SELECT tidemark_site_keys())::int[])';
const byName = (name: string) =>
  `(SELECT tidemark_sees_all()) OR ${name} = ANY ((SELECT tidemark_site_names())::text[])`;

const conditions: Readonly<Record<string, string>> = {
  site: 'id = ANY ((SELECT tidemark_site_keys())::int[])',
  event_type: BY_KEY,
  row_set: BY_KEY,
  spare_row_set: BY_KEY,
  past_figures: BY_KEY,
  setting_change: byName('site'),
  dead_letter: byName('site'),
  verification: byName('site'),
  job: byName(`(arguments ->> 'site')`),
};

const statements = (schema: string) => [
  // The group that the API's own login belongs to. Whoever may not make it is told how at start.
  `DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tidemark_api') THEN CREATE ROLE tidemark_api NOLOGIN; END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
  END $$`,

  `CREATE FUNCTION tidemark_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('tidemark.everything', true) = 'on', false) $$`,

  // As the owner, whom no policy holds back: a policy that asked its own table would never end.
  `CREATE FUNCTION tidemark_site_keys() RETURNS int[] LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = ${schema}, pg_temp AS $$
    DECLARE
      organization text := current_setting('tidemark.organization', true);
      one text := nullif(current_setting('tidemark.site', true), '');
    BEGIN
      IF tidemark_sees_all() THEN RETURN ARRAY(SELECT s.id FROM site s); END IF;
      RETURN ARRAY(SELECT s.id FROM site s WHERE s.organization_id = organization AND (one IS NULL OR s.name = one));
    END $$`,

  `CREATE FUNCTION tidemark_site_names() RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = ${schema}, pg_temp AS $$
    BEGIN
      RETURN ARRAY(SELECT s.name FROM site s WHERE s.id = ANY (tidemark_site_keys()));
    END $$`,

  `CREATE FUNCTION tidemark_row_sets(generation int) RETURNS int[] LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = ${schema}, pg_temp AS $$
    DECLARE keys int[] := tidemark_site_keys();
    BEGIN
      RETURN ARRAY(
        SELECT r.row_set FROM row_set r WHERE r.site_id = ANY (keys) AND r.generation_id = generation
        UNION ALL
        SELECT r.row_set FROM spare_row_set r WHERE r.site_id = ANY (keys) AND r.generation_id = generation);
    END $$`,

  // Does nothing for a table that has its wall.
  `CREATE FUNCTION tidemark_wall(walled regclass, condition text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT relforcerowsecurity FROM pg_class WHERE oid = walled) THEN RETURN; END IF;
      -- One at a time: several projectors may have seen the same table.
      PERFORM pg_advisory_xact_lock(7238115);
      IF (SELECT relforcerowsecurity FROM pg_class WHERE oid = walled) THEN RETURN; END IF;
      EXECUTE format('CREATE POLICY owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', walled);
      EXECUTE format('CREATE POLICY tenant ON %s USING (%s)', walled, condition);
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', walled);
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tidemark_api') THEN
        EXECUTE format('GRANT SELECT ON %s TO tidemark_api', walled);
      END IF;
    END $$`,

  // The tables whose number is not known beforehand: those of generations, ledgers, and their duplicates.
  `CREATE FUNCTION tidemark_walls() RETURNS void LANGUAGE plpgsql AS $$
    DECLARE made record;
    BEGIN
      FOR made IN
        SELECT c.oid::regclass AS name,
          format('row_set = ANY ((SELECT tidemark_row_sets(%s))::int[])', g.id) AS condition
        FROM generation g JOIN pg_class c
          ON c.relname ~ ('^' || g.projection || '_g' || g.number || '(_[a-z][a-z0-9_]*)?$')
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT c.relforcerowsecurity
        UNION ALL
        SELECT c.oid::regclass, 'site_id = ANY ((SELECT tidemark_site_keys())::int[])' FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT c.relforcerowsecurity
          AND c.relname ~ '^ledger_[0-9]+$'
      LOOP
        PERFORM tidemark_wall(made.name, made.condition);
      END LOOP;
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tidemark_api') THEN RETURN; END IF;
      -- Which places of a partition hold copies: numbers alone, of no tenant. Whoever explains a figure passes them over.
      FOR made IN
        SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname ~ '^duplicate_[0-9]+$'
          AND NOT has_table_privilege('tidemark_api', c.oid, 'SELECT')
      LOOP
        EXECUTE format('GRANT SELECT ON %s TO tidemark_api', made.name);
      END LOOP;
    END $$`,
];
