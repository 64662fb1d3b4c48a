import type { Pool } from 'pg';
import { StartupError } from '#config/startup-error.js';
import type { Projection } from '#projection/types.js';
import type { Logger } from '#telemetry/logger.js';
import { createGeneration, lockGenerations, type Generation } from './generations.js';
import { inTransaction } from './session.js';

/** The newest version of each projection in code. */
export function newestVersions(projections: readonly Projection[]): Projection[] {
  const newest = new Map<string, Projection>();
  for (const each of projections) {
    if ((newest.get(each.name)?.version ?? -1) < each.version) newest.set(each.name, each);
  }
  return [...newest.values()];
}

/**
 * At start: every projection in code is served, or being built beside what is served. Where nothing was projected yet
 * the first generation is served at once, since it is as complete as the (empty) rest.
 * @throws StartupError where this code lacks the version that is served.
 */
export async function ensureGenerations(
  pool: Pool,
  projections: readonly Projection[],
  logger: Logger,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockGenerations(client);
    const { rows: started } = await client.query('SELECT FROM partition WHERE sequence > 0 LIMIT 1');
    const { rows: generations } = await client.query<Generation>(
      `SELECT id, projection, number, version, status FROM generation WHERE status <> 'retired'`,
    );
    const unknown = unknownVersion(generations, projections);
    if (unknown !== undefined) throw new StartupError(unknown);
    for (const projection of newestVersions(projections)) {
      const mine = generations.filter((each) => each.projection === projection.name);
      const served = mine.find((each) => each.status === 'served');
      if (mine.some((each) => each.version >= projection.version)) continue;
      if (!served && started.length === 0) {
        await createGeneration(client, projection, 'served');
        continue;
      }
      logger.info(
        { projection: projection.name, version: projection.version },
        'a new version is built from the log',
      );
      // Something new has nothing to be compared with and is served when it is complete; a new version waits for a word.
      await client.query(
        `INSERT INTO job (kind, arguments) SELECT 'rebuild', $1::jsonb
         WHERE NOT EXISTS (SELECT FROM job WHERE kind = 'rebuild' AND arguments = $1::jsonb
                           AND state IN ('queued', 'running'))`,
        [JSON.stringify({ projection: projection.name, version: projection.version, swap: !served })],
      );
    }
  });
}

/** Why this code must not project into this database (any more): undefined where it has every served version. */
export async function unknownServedVersion(
  pool: Pool,
  projections: readonly Projection[],
): Promise<string | undefined> {
  const { rows } = await pool.query<Generation>(
    `SELECT id, projection, number, version, status FROM generation WHERE status = 'served'`,
  );
  return unknownVersion(rows, projections);
}

function unknownVersion(
  generations: readonly Generation[],
  projections: readonly Projection[],
): string | undefined {
  for (const { projection, version, number, status } of generations) {
    if (status !== 'served') continue;
    const known = projections.filter((each) => each.name === projection).map((each) => each.version);
    if (known.includes(version)) continue;
    const file = `projections/${projection.replaceAll('_', '-')}.ts`;
    return (
      `The served figures of ${projection} (generation ${number}) were filled by version ${version}, but this code has ` +
      `${known.length > 0 ? `version ${known.join(', ')}` : 'no such projection'}. Start the code that has it, or put ` +
      `version ${version} of ${file} back into projections/index.ts beside the new one until the new one is served.`
    );
  }
  return undefined;
}
