import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { waitFor } from '../harness/wait-for.js';
import { Lab } from './support/projector-lab.js';
import { ended, eventsOf } from './support/dead-letters.js';
import { everything, scratchSchemas, told, verify } from './support/verify-lab.js';

let lab: Lab;
afterEach(() => lab.close());

/** Sixty messages of ten events each and more. */
async function filled(): Promise<void> {
  lab = await Lab.open();
  await lab.started({ limits: { heartbeatMs: 100 } });
  for (let n = 0; n < 600; n += 10) await lab.append(eventsOf('site-a', n, n + 10));
  await lab.drained();
}

function flipBytes(at: number): void {
  const folder = join(lab.nats.storeDir, 'jetstream', '$G', 'streams', 'EVENTS_0', 'msgs');
  const blocks = readdirSync(folder).filter((name) => name.endsWith('.blk'));
  expect(blocks).toHaveLength(1);
  const path = join(folder, blocks[0] ?? '');
  const bytes = readFileSync(path);
  const from = Math.floor(bytes.length * at);
  for (let i = 0; i < 16; i++) bytes[from + i] = (bytes[from + i] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

test.each([0.5, 0.999])('a block damaged on disk at %d of it is named', async (at) => {
  await filled();
  await lab.nats.kill('SIGTERM');
  flipBytes(at);
  await lab.nats.restart();
  const before = await everything(lab);
  const result = await verify(lab);
  const messages = told(result).filter((line) => line.startsWith('log missing_messages'));
  expect(messages).toEqual([expect.stringMatching(/^log missing_messages - - - \d+ - - 0:\d+:0$/)]);
  const [, gone, since] = /^\D*(\d+) - - 0:(\d+):0$/.exec(messages[0] ?? '') ?? [];
  const [{ rows } = { rows: 0 }] = await lab.query<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM ledger_0 WHERE sequence >= $1 AND sequence < $1 + $2',
    [Number(since), Number(gone)],
  );
  expect(rows).toBeGreaterThan(0);
  expect(told(result)).toContain(`ledger foreign - - - ${rows} - - 0:${since ?? ''}:0`);
  const drift = result.findings.filter((each) => each.kind === 'read_model' && each.measure === 'events');
  const differing = drift.map(({ fromLog, recorded }) => Number(recorded) - Number(fromLog));
  expect(differing.reduce((sum, each) => sum + each, 0)).toBe(rows);
  expect(await everything(lab)).toEqual(before);
  expect(await scratchSchemas(lab)).toEqual([]);
});

test('what a server that was killed lost of a damaged block is named, also what it lists as deleted', async () => {
  await filled();
  const head = await lab.log.head(0);
  await lab.nats.kill('SIGKILL');
  flipBytes(0.5);
  await lab.nats.restart();
  const result = await verify(lab);
  const [missing] = result.findings.filter((each) => each.what === 'missing_messages');
  const [{ rows } = { rows: 0 }] = await lab.query<{ rows: number }>(
    `SELECT count(*)::int AS rows FROM ledger_0 WHERE sequence >= ${head.sequence + 1 - (missing?.rows ?? 0)}`,
  );
  expect(missing?.rows).toBeGreaterThan(10);
  expect(missing?.since).toBe(`0:${head.sequence + 1 - (missing?.rows ?? 0)}:0`);
  expect(result.findings.find((each) => each.what === 'foreign')).toMatchObject({
    rows,
    since: missing?.since,
  });
});

test('another log under the same name is recognised', async () => {
  await filled();
  await lab.query(`UPDATE partition SET stream_created_at = '2020-01-01T00:00:00Z'`);
  const [finding] = (await verify(lab)).findings;
  expect(finding).toMatchObject({ kind: 'log', what: 'other_log' });
  expect(finding?.example).toMatch(/the log was replaced: its stream was created at/);
});

test('a projector that dies in the middle leaves nothing, and another one takes the job over', async () => {
  lab = await Lab.open();
  let batches = 0;
  let release = (): void => undefined;
  const hold = new Promise<void>((resolve) => (release = resolve));
  const limits = { batchEvents: 50, leaseMs: 500, heartbeatMs: 100 };
  const dying = await lab.started({
    limits,
    failpoints: { verify_batch: () => (++batches > 5 ? hold : undefined) },
  });
  for (let n = 0; n < 2_000; n += 50) await lab.append(eventsOf('site-a', n, n + 50));
  await lab.drained();
  const id = await requestJob(lab.pool, 'verify');
  await waitFor(() => batches > 5);
  expect(await scratchSchemas(lab)).toHaveLength(1);
  void dying.stop();
  // As after a kill: nobody shows life, and the connection is gone.
  await lab.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'tidemark verify%'`,
  );
  await lab.started({ limits });
  release();
  expect(await ended(lab, id)).toMatchObject({ state: 'done', error: null });
  expect(await scratchSchemas(lab)).toEqual([]);
});

test('scratch tables of a job that is over are swept', async () => {
  lab = await Lab.open();
  await lab.query('CREATE SCHEMA verify_4711');
  await lab.query('CREATE TABLE verify_4711.ledger_0 (n int)');
  await lab.started();
  await waitFor(async () => (await scratchSchemas(lab)).length === 0);
});
