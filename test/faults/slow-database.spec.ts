import { afterEach, describe, expect, test } from 'vitest';
import pg from 'pg';
import { startProxy, through, type TcpProxy } from '../harness/tcp-proxy.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf, expectExact, openProcessLab } from './support/processes.js';

const proxies: TcpProxy[] = [];
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
});

async function openSlowLab() {
  const processes = await openProcessLab();
  const proxy = await startProxy(Number(new URL(processes.lab.database.url).port));
  proxies.push(proxy);
  return { ...processes, proxy, databaseUrl: through(proxy, processes.lab.database.url) };
}

describe('F29 a slow database', () => {
  test('answers come 200 ms late: every event counts once', async () => {
    const { lab, start, proxy, databaseUrl } = await openSlowLab();
    const slow = await start({ databaseUrl });
    await lab.append(eventsOf('site-a', 0, 50));
    await lab.drained();
    proxy.mode = { delay: 200 };
    for (let n = 50; n < 500; n += 90) await lab.append([...eventsOf('site-a', n - 10, n + 90)]);
    await expectExact(lab);
    expect(slow.gone).toBe(false);
  });

  test('a table is locked for longer than a lease lives, with another projector waiting: every event counts once', async () => {
    const { lab, start } = await openProcessLab();
    await start();
    await start();
    await lab.append(eventsOf('site-a', 0, 50));
    await lab.drained();
    const locker = new pg.Client({ connectionString: lab.database.url });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE daily_aggregates_g1 IN ACCESS EXCLUSIVE MODE');
    await lab.append(eventsOf('site-a', 50, 250));
    await waitFor(
      async () =>
        (
          await lab.query(
            `SELECT FROM pg_locks l, partition p WHERE NOT l.granted AND l.database = (SELECT oid FROM pg_database
               WHERE datname = current_database()) AND p.lease_until < now()`,
          )
        ).length > 0,
      { timeout: 30_000, message: 'a batch that waits while its lease runs out' },
    );
    await locker.query('COMMIT');
    await locker.end();
    await expectExact(lab);
  });

  test.each(['drop', 'reset'] as const)('the way to it fails (%s): every event counts once', async (mode) => {
    const { lab, start, proxy, databaseUrl } = await openSlowLab();
    const cut = await start({ databaseUrl });
    await lab.append(eventsOf('site-a', 0, 50));
    await lab.drained();
    await cut.arm({ point: 'before_commit', how: 'wait' });
    await lab.append(eventsOf('site-a', 50, 250));
    await cut.at('before_commit');
    proxy.mode = mode;
    cut.go();
    await start({ limits: { leaseMs: 60_000 } });
    await expectExact(lab);
    proxy.mode = 'pass';
    await lab.append(eventsOf('site-a', 200, 300));
    await expectExact(lab);
    expect(cut.gone).toBe(false);
  });
});

test('the disk is full at a commit: nothing is parked or skipped, and it goes on when there is room', async () => {
  const { lab, start } = await openProcessLab();
  const projector = await start();
  await lab.append(eventsOf('site-a', 0, 50));
  await lab.drained();
  const before = await lab.floor();
  // Refused by the real server with the code of a full disk, at the commit itself; a sequence outlives the rollback.
  await lab.query('CREATE SEQUENCE refused');
  await lab.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM nextval('refused');
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`);
  await lab.query(`CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT OR UPDATE ON daily_aggregates_g1
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`);
  await lab.append(eventsOf('site-a', 50, 250));
  await waitFor(
    async () =>
      ((await lab.query<{ n: number }>('SELECT last_value::int AS n FROM refused'))[0]?.n ?? 0) >= 4,
    { timeout: 30_000, message: 'commits that are refused' },
  );
  expect(await lab.floor()).toBe(before);
  expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
  expect(projector.gone).toBe(false);
  await lab.query('DROP TRIGGER full_disk ON daily_aggregates_g1');
  await expectExact(lab);
  expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
});
