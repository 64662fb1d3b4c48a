import pg from 'pg';
import { expect, test } from 'vitest';
import { createDatabase } from '../harness/database.js';
import { startNats } from '../harness/nats.js';
import { waitFor } from '../harness/wait-for.js';

test('a database of its own, gone after drop', async () => {
  const database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ locale: string; sums: string }>(
    `SELECT datlocale AS locale, current_setting('data_checksums') AS sums FROM pg_database WHERE datname = current_database()`,
  );
  expect(rows).toEqual([{ locale: 'C.UTF-8', sums: 'on' }]);
  await database.drop();
  await expect(client.query('SELECT 1')).rejects.toThrow();
  await client.end().catch(() => undefined);
});

test('a nats-server survives kill -9 on the same port with its store, and is gone after stop', async () => {
  const nats = await startNats();
  const first = nats.pid;
  const settings = (await (await fetch(`${nats.monitorUrl}/varz`)).json()) as {
    jetstream: { config: { sync_always?: boolean } };
  };
  expect(settings.jetstream.config.sync_always).toBe(true);
  await nats.kill('SIGKILL');
  await expect(fetch(`${nats.monitorUrl}/healthz`)).rejects.toThrow();
  await nats.restart();
  expect(nats.pid).not.toBe(first);
  expect((await fetch(`${nats.monitorUrl}/healthz`)).status).toBe(200);
  await nats.stop();
  await expect(fetch(`${nats.monitorUrl}/healthz`)).rejects.toThrow();
});

test('waiting in vain says for what', async () => {
  await expect(waitFor(() => false, { timeout: 50, message: 'the tide' })).rejects.toThrow(/50 ms.*the tide/);
});
