import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Visitors of a day were kept twice, by daily aggregates too (ADR 8). Both read models are built anew from the log in their
 * new shape and are served when they are complete; what the old ones hold is dropped by the next sweep.
 */
export class VisitorsOnce1700000012000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const old = `SELECT id FROM generation WHERE projection IN ('daily_aggregates', 'unique_visitors') AND version = 1`;
    await runner.query(`DELETE FROM served_generation WHERE generation_id IN (${old})`);
    await runner.query(`DELETE FROM checkpoint WHERE generation_id IN (${old})`);
    await runner.query(`DELETE FROM dead_letter WHERE generation_id IN (${old})`);
    await runner.query(`UPDATE generation SET status = 'retired', kept_until = NULL WHERE id IN (${old})`);
  }

  /** Nothing to take back: version 1 is built from the log again by the code that has it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
