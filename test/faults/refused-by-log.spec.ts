import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { openLog, readAll } from '../harness/event-log.js';
import { startNats, type TestNats } from '../harness/nats.js';
import { waitFor } from '../harness/wait-for.js';
import type { EventLog } from '#event-log/event-log.js';

let nats: TestNats;
let log: EventLog;
const others: TestNats[] = [];
afterEach(async () => {
  await log.close();
  for (const each of [...others.splice(0), nats]) await each.stop();
});

const only = (password: string) => ({ extra: `authorization { user: tidemark, password: ${password} }\n` });

/** How often a server has refused somebody, by its own log. */
const refusals = (server: TestNats) =>
  (readFileSync(server.logPath, 'utf8').match(/authentication error/g) ?? []).length;

test('a server that refuses the password for a while is asked until it takes it again', async () => {
  nats = await startNats(only('right'));
  const port = Number(new URL(nats.url).port);
  log = await openLog({
    url: `nats://tidemark:right@127.0.0.1:${port}`,
    monitorUrl: nats.monitorUrl,
  });
  expect((await log.append(0, '{"n":1}')).stored).toBe(true);
  await nats.kill('SIGKILL');
  const other = await startNats({ ...only('wrong'), port });
  others.push(other);
  await waitFor(() => refusals(other) >= 4, { timeout: 60_000, message: 'four refusals' });
  await other.kill('SIGKILL');
  await nats.restart();
  await waitFor(async () => (await log.append(0, '{"n":2}')).stored, { timeout: 30_000 });
  expect((await readAll(log, 0)).map(({ line }) => line)).toEqual(['{"n":1}', '{"n":2}']);
});
