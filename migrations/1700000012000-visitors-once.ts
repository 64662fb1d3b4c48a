import type { MigrationInterface, QueryRunner } from 'typeorm';
import { retireVersion } from './retire-version.js';

/**
 * Visitors of a day were kept twice, by daily aggregates too (ADR 8). Both read models are built anew from the log in their
 * new shape and are served when they are complete.
 */
export class VisitorsOnce1700000012000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await retireVersion(runner, ['daily_aggregates', 'unique_visitors'], 1);
  }

  /** Nothing to take back: version 1 is built from the log again by the code that has it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
