import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who projects: each projector says now and then that it lives, so that they can share the partitions. */
export class Projector1700000011000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE projector (
      owner text PRIMARY KEY,
      since timestamptz NOT NULL DEFAULT now(),
      alive_until timestamptz NOT NULL
    ) WITH (fillfactor = 20)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE projector');
  }
}
