import pg from 'pg';
import { DataSource } from 'typeorm';
import { StartupError } from '#config/startup-error.js';
import { Spine1700000000000 } from '#migrations/1700000000000-spine.js';
import { JobLease1700000001000 } from '#migrations/1700000001000-job-lease.js';
import { BuildRate1700000001001 } from '#migrations/1700000001001-build-rate.js';
import { DeadLetters1700000004000 } from '#migrations/1700000004000-dead-letters.js';
import { Verification1700000005000 } from '#migrations/1700000005000-verification.js';
import { OrderNotices1700000006000 } from '#migrations/1700000006000-order-notices.js';
import { SpareRowSets1700000007000 } from '#migrations/1700000007000-spare-row-sets.js';
import { Workspace1700000008000 } from '#migrations/1700000008000-workspace.js';
import { SiteRules1700000009000 } from '#migrations/1700000009000-site-rules.js';
import { Projector1700000011000 } from '#migrations/1700000011000-projector.js';
import { PastFigures1700000010000 } from '#migrations/1700000010000-past-figures.js';
import { VisitorsOnce1700000012000 } from '#migrations/1700000012000-visitors-once.js';
import { PastDays1700000013000 } from '#migrations/1700000013000-past-days.js';
import { VisitorPolicy1700000015000 } from '#migrations/1700000015000-visitor-policy.js';
import { RateLimit1700000016000 } from '#migrations/1700000016000-rate-limit.js';
import { EventTypeProperties1700000014000 } from '#migrations/1700000014000-event-type-properties.js';
import { SiteOrganization1700000017000 } from '#migrations/1700000017000-site-organization.js';
import { Walls1700000019000 } from '#migrations/1700000019000-walls.js';
import { Accounts1700000018000 } from '#migrations/1700000018000-accounts.js';
import { KeysAndSiteLife1700000020000 } from '#migrations/1700000020000-keys-and-site-life.js';
import { ShareLinks1700000021000 } from '#migrations/1700000021000-share-links.js';
import { NewPasswordsAndLastOrganization1700000022000 } from '#migrations/1700000022000-new-passwords-and-last-organization.js';
import { OwnAlone1700000023000 } from '#migrations/1700000023000-own-alone.js';
import { InvitationsEndWithTheirInviter1700000024000 } from '#migrations/1700000024000-invitations-end-with-their-inviter.js';
import type { Logger } from '#telemetry/logger.js';
import { grantApiRights } from './api-rights.js';
import { startupErrorOf } from './startup-errors.js';

/** Every migration, oldest first. Explicit, so that a build or a bundle cannot lose one. */
export const migrations = [
  Spine1700000000000,
  JobLease1700000001000,
  BuildRate1700000001001,
  DeadLetters1700000004000,
  Verification1700000005000,
  OrderNotices1700000006000,
  SpareRowSets1700000007000,
  Workspace1700000008000,
  SiteRules1700000009000,
  PastFigures1700000010000,
  Projector1700000011000,
  VisitorsOnce1700000012000,
  PastDays1700000013000,
  EventTypeProperties1700000014000,
  VisitorPolicy1700000015000,
  RateLimit1700000016000,
  SiteOrganization1700000017000,
  Walls1700000019000,
  Accounts1700000018000,
  KeysAndSiteLife1700000020000,
  ShareLinks1700000021000,
  NewPasswordsAndLastOrganization1700000022000,
  OwnAlone1700000023000,
  InvitationsEndWithTheirInviter1700000024000,
];

const OLDEST_SERVER = 150_000; // UNIQUE NULLS NOT DISTINCT
const MIGRATION_LOCK = 7_238_114; // any number that nothing else uses

export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: 'tidemark migrations',
    migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    poolSize: 1,
    connectTimeoutMS: 5_000,
    // A migration that waits for a lock would make every later query wait behind it.
    extra: { lock_timeout: 5_000 },
  });
}

/**
 * Brings the schema up to this code, one process at a time.
 * @throws StartupError where the server cannot be used or the schema is newer than the code.
 */
export async function migrate(url: string, logger: Logger): Promise<void> {
  const guard = await connect(url);
  try {
    await checkServer(guard, url);
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(guard);
    const source = await createDataSource(url).initialize();
    try {
      const ran = await source.runMigrations();
      if (ran.length > 0) logger.info({ migrations: ran.map((each) => each.name) }, 'database migrated');
    } finally {
      await source.destroy();
    }
    await grantApiRights(guard);
  } catch (error) {
    throw startupErrorOf(error, url);
  } finally {
    await guard.end().catch(() => undefined);
  }
}

/** A server that has just been started refuses with 57P03 for a moment. */
async function connect(url: string): Promise<pg.Client> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    let client: pg.Client;
    try {
      client = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: 5_000,
        application_name: 'tidemark migrations',
        lock_timeout: 60_000,
      });
      client.on('error', () => undefined);
    } catch (error) {
      throw startupErrorOf(error, url);
    }
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const starting = (error as { code?: string }).code === '57P03';
      if (!starting || Date.now() > deadline) throw startupErrorOf(error, url);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function checkServer(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ number: string; encoding: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_encoding') AS encoding`,
  );
  const version = Number(rows[0]?.number ?? 0);
  if (version < OLDEST_SERVER) {
    throw new StartupError(
      `DATABASE_URL points at PostgreSQL ${Math.floor(version / 10_000)}; Tidemark needs 15 or newer. ` +
        'Upgrade the server, or unset DATABASE_URL to use the embedded one.',
    );
  }
  if (rows[0]?.encoding !== 'UTF8') {
    throw new StartupError(
      `The database ${new URL(url).pathname.slice(1)} is encoded in ${rows[0]?.encoding ?? '?'}; Tidemark needs UTF8. ` +
        `Create it with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
}

async function refuseNewerSchema(client: pg.Client): Promise<void> {
  const { rows: tables } = await client.query<{ present: boolean }>(
    `SELECT to_regclass('migration') IS NOT NULL AS present`,
  );
  if (tables[0]?.present !== true) return;
  const known = new Set(migrations.map((each) => each.name));
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migration ORDER BY id');
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new StartupError(
      `The database was migrated by a newer Tidemark (${unknown.join(', ')}); this version does not know that schema ` +
        'and has written nothing. Start the newer version, or restore the backup made before the upgrade.',
    );
  }
}
