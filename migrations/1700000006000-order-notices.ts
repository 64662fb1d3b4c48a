import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Projectors hear of an order when it is given, and need not wait until they look the next time. */
export class OrderNotices1700000006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE FUNCTION tell_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NOTIFY tidemark_orders;
        RETURN NULL;
      END
    $$`);
    await runner.query(
      'CREATE TRIGGER tell_of_order AFTER INSERT ON job FOR EACH STATEMENT EXECUTE FUNCTION tell_of_order()',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER tell_of_order ON job');
    await runner.query('DROP FUNCTION tell_of_order');
  }
}
