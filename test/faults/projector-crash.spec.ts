import pg from 'pg';
import { expect, test } from 'vitest';
import { batchSteps } from '../harness/projector-process.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf, expectExact, openProcessLab } from './support/processes.js';
import { expectBothExact, rebuild, rebuilt } from './support/rebuilds.js';

/** In messages of different sizes, each with some events that were sent before. */
async function appendWithRepeats(lab: Lab, events: readonly StoredEvent[]): Promise<void> {
  for (let at = 0, size = 7; at < events.length; at += size, size = (size % 60) + 13) {
    await lab.append([...events.slice(at, at + size), ...events.slice(Math.max(0, at - 9), at)]);
  }
}

const TIMES = 3;

test('failing between any two steps of a batch, again and again, the process counts each event once', async () => {
  const { lab, start } = await openProcessLab();
  const running = await start({ limits: { batchEvents: 60 } });
  let n = 0;
  for (const point of batchSteps) {
    for (let time = 1; time <= TIMES; time++, n += 150) {
      await running.arm({ point, how: 'throw', pass: 1 + (time % 2) });
      await appendWithRepeats(lab, eventsOf('site-a', n, n + 150));
      await lab.drained();
      await waitFor(() => running.output.split(`stopped ${point}`).length > time, {
        message: () => `failure ${time} ${point}:\n${running.output}`,
      });
    }
    const { counted } = await expectExact(lab);
    expect(counted, point).toBe(n);
  }
});

test('F05 with its database sessions ended again and again it catches up by itself', async () => {
  const { lab, start } = await openProcessLab();
  const running = await start({ limits: { batchEvents: 60 } });
  for (let round = 0; round < 10; round++) {
    await appendWithRepeats(lab, eventsOf('site-a', round * 150, (round + 1) * 150));
    await waitFor(
      async () => {
        const [ended] = await lab.query<{ n: number }>(
          `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
           WHERE application_name LIKE 'tidemark %' AND datname = current_database() AND pid <> pg_backend_pid()`,
        );
        return ended && ended.n > 0;
      },
      { timeout: 30_000, message: 'sessions to end' },
    );
  }
  const { counted } = await expectExact(lab);
  expect(counted).toBe(1_500);
  expect(running.gone).toBe(false);
});

test('F05 a session that ends in the transaction of an order ends neither the process nor the order', async () => {
  const processes = await openProcessLab();
  const { lab, start } = processes;
  const running = await start();
  await lab.append(eventsOf('site-a', 0, 100));
  await lab.drained();
  const locker = new pg.Client({ connectionString: lab.database.url });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE generation IN ROW EXCLUSIVE MODE');
  const job = await rebuild(lab);
  await waitFor(
    async () => {
      const ended = await lab.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'tidemark projector' AND datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return ended.length > 0;
    },
    { timeout: 30_000, message: () => `a transaction that waits:\n${running.output}` },
  );
  await locker.query('COMMIT');
  await locker.end();
  await rebuilt(lab, job);
  expect(running.gone).toBe(false);
  await expectBothExact(lab);
});
