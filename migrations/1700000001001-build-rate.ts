import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events a second at which a generation that is behind is being built; one at the floor has the partition's rate. */
export class BuildRate1700000001001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE checkpoint ADD COLUMN rate real');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE checkpoint DROP COLUMN rate');
  }
}
