interface Runner {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/**
 * For a migration, where what a version of read models was filled by is gone from the code. They are not served any more, the next
 * start builds the newest version from the log, and it is served when it is complete; the next sweep drops what the old one holds.
 *
 * @param projections their names
 */
export async function retireVersion(
  runner: Runner,
  projections: readonly string[],
  version: number,
): Promise<void> {
  const of = [projections, version];
  const old = 'SELECT id FROM generation WHERE projection = ANY ($1::text[]) AND version = $2';
  await runner.query(`DELETE FROM served_generation WHERE generation_id IN (${old})`, of);
  await runner.query(`DELETE FROM checkpoint WHERE generation_id IN (${old})`, of);
  await runner.query(`DELETE FROM dead_letter WHERE generation_id IN (${old})`, of);
  await runner.query(`UPDATE generation SET status = 'retired', kept_until = NULL WHERE id IN (${old})`, of);
}
