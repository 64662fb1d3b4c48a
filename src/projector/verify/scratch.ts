import pg from 'pg';
import { createTables } from '#projection/table.js';
import type { Target } from '../apply.js';
import type { Engine } from '../engine.js';
import { sqlState } from '../errors.js';
import { JobInterrupted } from '../job-kind.js';
import { ledgerTables } from '../ledger.js';
import { closeConnection, inTransaction, openConnection } from '../session.js';

const PATTERN = '^verify_[0-9]+$';

/**
 * A schema of the job's own, and a connection that sees nothing else by an unqualified name: the code that fills the
 * served tables fills the ones here, and cannot reach the served ones.
 */
export class Scratch {
  private lost = false;

  private constructor(
    readonly client: pg.Client,
    private readonly schema: string,
    /** Schema of the served tables, quoted. */
    readonly home: string,
  ) {
    client.on('end', () => (this.lost = true));
  }

  /** Ends whoever worked on this job before and drops what was left. */
  static async open(engine: Engine, job: number): Promise<Scratch> {
    const name = `tidemark verify ${job} ${engine.owner}`.slice(0, 63);
    const client = await openConnection(engine.url, name);
    try {
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE starts_with(application_name, $1) AND datname = current_database() AND pid <> pg_backend_pid()`,
        [`tidemark verify ${job} `],
      );
      const { rows } = await client.query<{ home: string }>('SELECT quote_ident(current_schema()) AS home');
      // Comparing a large table takes minutes in one statement; one that nobody waits for any more ends by itself.
      await client.query(
        `SET statement_timeout = 0; SET client_connection_check_interval = '2s';
         SET idle_in_transaction_session_timeout = '60s'; SET search_path = verify_${job}`,
      );
      return new Scratch(client, `verify_${job}`, rows[0]?.home ?? 'public');
    } catch (error) {
      await closeConnection(client);
      throw error;
    }
  }

  /** Empty tables for one partition. What is in them need not survive anything. */
  async reset(partition: number, targets: readonly Target[]): Promise<void> {
    await this.drop();
    await this.client.query(`CREATE SCHEMA ${this.schema}`);
    const statements = [
      ...targets.flatMap(({ projection, number }) => createTables(projection, number)),
      ...ledgerTables(partition),
      'CREATE TABLE skipped (sequence bigint NOT NULL, ordinal int NOT NULL, projection text)',
    ];
    for (const statement of statements)
      await this.client.query(statement.replace(/^CREATE TABLE/, 'CREATE UNLOGGED TABLE'));
  }

  /** What the driver says when a connection breaks is no fault of the job. */
  explain(error: unknown): unknown {
    return this.lost ? new JobInterrupted('the database closed the connection', { cause: error }) : error;
  }

  async close(): Promise<void> {
    if (!this.lost) {
      await this.client.query('ROLLBACK').catch(() => undefined);
      await this.drop().catch(() => undefined);
    }
    await closeConnection(this.client);
  }

  private async drop(): Promise<void> {
    await this.client.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
  }
}

/** Drops what a killed process left of a job that nobody works on any more. */
export async function sweepScratch({ pool, logger }: Engine): Promise<void> {
  const { rows } = await pool.query<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_namespace n WHERE nspname ~ $1 AND NOT EXISTS (
       SELECT FROM job j WHERE 'verify_' || j.id = n.nspname AND j.state = 'running')`,
    [PATTERN],
  );
  for (const { schema } of rows) {
    try {
      await inTransaction(pool, async (client) => {
        await client.query(`SET LOCAL lock_timeout = '2s'`);
        await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      });
      logger.info({ schema }, 'dropped the scratch tables of a verification that broke off');
    } catch (error) {
      // Its last statement still runs; the next sweep tries again.
      if (sqlState(error) !== '55P03') throw error;
    }
  }
}
