import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Lab, labEvent } from '../e2e/support/projector-lab.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess } from '../harness/tidemark.js';

let lab: Lab;
let folder: string;
afterEach(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every row of every table, in whatever order. */
async function database(): Promise<Record<string, unknown[]>> {
  const tables = await lab.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const all: Record<string, unknown[]> = {};
  for (const { name } of tables)
    all[name] = await lab.query(`SELECT xmin::text, to_jsonb(t)::text AS row FROM "${name}" t ORDER BY 2`);
  return all;
}

test.each([
  [
    'a schema that newer code migrated',
    `INSERT INTO migration (timestamp, name) VALUES (1, 'Later1')`,
    /Tidemark could not start: .*migrated by a newer Tidemark \(Later1\)/,
  ],
  [
    'figures that newer code serves',
    `UPDATE generation SET version = version + 1 WHERE projection = 'top_paths'`,
    /served figures of top_paths .* were filled by version 2, but this code has version 1.*projections\/top-paths\.ts/,
  ],
])('F36 %s: older code ends with 1, says why and writes nothing', async (_, newer, message) => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-downgrade-'));
  lab = await Lab.open();
  const env = {
    DATABASE_URL: lab.database.url,
    NATS_URL: lab.nats.url,
    NATS_MONITOR_URL: lab.nats.monitorUrl,
  };
  const options = { dataDir: join(folder, 'data'), port: await testPort(), env };
  const before = await TidemarkProcess.start(options);
  await lab.append(Array.from({ length: 50 }, (_, n) => labEvent('site-a', n)));
  await lab.drained();
  await before.end('SIGTERM');
  await lab.query(newer);
  await lab.append([labEvent('site-a', 50)]);
  const stood = await database();

  const older = TidemarkProcess.spawn(options);
  expect(await older.ended(), older.output).toEqual({ code: 1, signal: null });
  expect(older.output).toMatch(message);
  expect(older.output).not.toMatch(/^\s+at /m);
  expect(await database()).toEqual(stood);
});
