import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an operator does about dead letters: notes, orders under way, and leave to park more than a few. */
export class DeadLetters1700000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  // job_id: the order that has yet to come to this row.
  `ALTER TABLE dead_letter ADD COLUMN note text, ADD COLUMN discarded_at timestamptz,
     ADD COLUMN job_id bigint REFERENCES job ON DELETE SET NULL`,
  `CREATE INDEX dead_letter_job ON dead_letter (job_id) WHERE job_id IS NOT NULL`,
  // A batch that begins below this sequence may park any share of its events.
  `ALTER TABLE partition ADD COLUMN park_below bigint NOT NULL DEFAULT 0`,
];

const down = [
  'ALTER TABLE partition DROP COLUMN park_below',
  'ALTER TABLE dead_letter DROP COLUMN job_id, DROP COLUMN discarded_at, DROP COLUMN note',
];
