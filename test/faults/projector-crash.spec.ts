import { afterEach, describe, expect, test } from 'vitest';
import type { StoredEvent } from '#events/stored-event.js';
import type { Failpoint } from '#projector/engine.js';
import { days, expectedDays, Lab, labEvent, paths } from '../e2e/support/projector-lab.js';
import { waitFor } from '../harness/wait-for.js';

let lab: Lab;
afterEach(() => lab.close());

const eventsOf = (site: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => labEvent(site, from + i));

/** In messages of different sizes, each with some events that were sent before. */
async function appendWithRepeats(events: readonly StoredEvent[]): Promise<void> {
  for (let at = 0, size = 7; at < events.length; at += size, size = (size % 60) + 13) {
    await lab.append([...events.slice(at, at + size), ...events.slice(Math.max(0, at - 9), at)]);
  }
}

async function expectExact(events: readonly StoredEvent[]): Promise<void> {
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays(events));
  const views = events.filter((event) => event.type === 'page_view').length;
  const [row] = await lab.query<{ views: number }>('SELECT sum(views)::int AS views FROM lab_paths_g1');
  expect(row?.views).toBe(views);
  const [counts] = await lab.query<{ events: number; ledger: number }>(
    'SELECT events, (SELECT count(*)::int FROM ledger_0) AS ledger FROM partition',
  );
  expect(counts).toEqual({ events: events.length, ledger: events.length });
}

describe('stopped between any two steps of a batch, each event counts once', () => {
  const points: Failpoint[] = [
    'before_tx',
    'after_ledger',
    'before_commit',
    'after_commit',
    'before_position',
  ];
  test.each(points)('%s', async (point) => {
    lab = await Lab.open();
    let passes = 0;
    let crashes = 0;
    const crash = () => {
      if (++passes % 2 === 0) return;
      crashes++;
      throw new Error(`crashed ${point}`);
    };
    await lab.started({ failpoints: { [point]: crash }, limits: { batchEvents: 60 } });
    const events = eventsOf('site-a', 0, 500);
    await appendWithRepeats(events);
    await expectExact(events);
    expect(crashes).toBeGreaterThan(2);
  });
});

test('F05 with its database sessions ended again and again it catches up by itself', async () => {
  lab = await Lab.open();
  await lab.started({ limits: { batchEvents: 60 } });
  const events = eventsOf('site-a', 0, 1_500);
  for (let round = 0; round < 10; round++) {
    await appendWithRepeats(events.slice(round * 150, (round + 1) * 150));
    const [ended] = await lab.query<{ n: number }>(
      `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
       WHERE application_name LIKE 'tidemark%' AND datname = current_database() AND pid <> pg_backend_pid()`,
    );
    expect(ended?.n).toBeGreaterThanOrEqual(0);
  }
  await expectExact(events);
});

test('F12 of two projectors one applies, and the other goes on when it stops', async () => {
  lab = await Lab.open(2);
  const first = await lab.started({ owner: 'first' });
  const second = await lab.started({ owner: 'second' });
  const events = eventsOf('site-a', 0, 200);
  await lab.append(events);
  await lab.drained();
  const owners = await lab.query<{ owner: string; epoch: number }>('SELECT owner, epoch FROM partition');
  expect(owners).toEqual([
    { owner: 'first', epoch: 1 },
    { owner: 'first', epoch: 1 },
  ]);
  expect(second.partitions).toEqual([]);
  await first.stop();
  const more = eventsOf('site-a', 200, 300);
  await lab.append(more);
  await lab.drained();
  await waitFor(() => second.partitions.length === 2);
  await waitFor(async () => (await lab.query(`SELECT FROM partition WHERE owner = 'second'`)).length === 2);
  expect(await lab.dump(days)).toEqual(expectedDays([...events, ...more]));
});

test('F10 a projector frozen in the middle of a batch is replaced, and its batch never commits', async () => {
  lab = await Lab.open();
  const quick = { leaseMs: 500, heartbeatMs: 100 };
  let thaw = () => {};
  const frozen = new Promise<void>((resolve) => (thaw = resolve));
  let reached = false;
  const freeze = async () => {
    if (reached) return;
    reached = true;
    await frozen;
  };
  const first = await lab.started({ owner: 'first', limits: quick, failpoints: { before_commit: freeze } });
  const events = eventsOf('site-a', 0, 100);
  await lab.append(events);
  await waitFor(() => reached);
  const since = Date.now();
  await lab.started({ owner: 'second', limits: quick });
  await expectExact(events);
  // The server's own limit for an idle transaction, 15 s, would hide that nobody took over.
  expect(Date.now() - since).toBeLessThan(5_000);
  expect(await lab.query('SELECT owner, epoch FROM partition')).toEqual([{ owner: 'second', epoch: 2 }]);
  thaw();
  await waitFor(() => first.partitions.length === 0);
  const more = eventsOf('site-a', 100, 150);
  await lab.append(more);
  await expectExact([...events, ...more]);
  expect(await lab.dump(paths)).toBeDefined();
});
