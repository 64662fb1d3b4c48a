import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProjectorProcess } from '../harness/projector-process.js';
import {
  assertionFails,
  eventsOf,
  expectExact,
  openProcessLab,
  type ProcessLab,
} from '../faults/support/processes.js';
import {
  expectBothExact,
  killedRebuild,
  lookAt,
  rebuild,
  rebuilt,
  traffic,
} from '../faults/support/rebuilds.js';

test.each([4, 36])(
  'F33 killed at batch %i of 40 of a rebuild, which then ends with the same rows',
  async (pass) => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const job = await killedRebuild(processes, pass, { guarded: true });
    await expectExact(lab);
    await start();
    await rebuilt(lab, job);
    await expectBothExact(lab);
  },
);

describe('F34 a rebuild under live traffic, and the switch to it', () => {
  const clients: pg.Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
  });

  async function connected({ lab }: ProcessLab): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: lab.database.url });
    clients.push(client);
    await client.connect();
    return client;
  }

  async function filled(processes: ProcessLab): Promise<ProjectorProcess> {
    const running = await processes.start({ limits: { batchEvents: 200, buildBatches: 1 } });
    for (let n = 0; n < 8_000; n += 200) await processes.lab.append(eventsOf('site-a', n, n + 200));
    await processes.lab.drained();
    return running;
  }

  test('no reader sees an empty, mixed or half-filled table in 1,000 looks', async () => {
    const processes = await openProcessLab();
    const { lab } = processes;
    await filled(processes);
    const client = await connected(processes);
    const events = traffic(lab);
    let switched = false;
    const rebuilding = rebuild(lab)
      .then((job) => rebuilt(lab, job))
      .finally(() => (switched = true));
    rebuilding.catch(() => undefined);
    const anomalies: string[] = [];
    let last = 0;
    for (let looks = 0; looks < 1_000 || !switched; looks++) {
      const seen = await lookAt(client);
      if (seen.counted < last) anomalies.push(`${seen.counted} events after ${last}`);
      last = seen.counted;
      anomalies.push(...seen.anomalies);
    }
    await events.stop();
    await rebuilding;
    expect(anomalies).toEqual([]);
    expect(last).toBeGreaterThan(8_000);
  });

  test('control: a switch before the build is complete is seen', async () => {
    const processes = await openProcessLab();
    const { lab } = processes;
    const running = await filled(processes);
    const client = await connected(processes);
    await running.arm({ point: 'build_before_commit', how: 'wait', pass: 5 });
    await rebuild(lab);
    await running.at('build_before_commit');
    await lab.query(
      `UPDATE served_generation s SET generation_id = g.id FROM generation g
       WHERE g.projection = s.projection AND g.status = 'building'`,
    );
    const { anomalies } = await lookAt(client);
    expect(() => expect(anomalies).toEqual([])).toThrow(expect.objectContaining(assertionFails) as Error);
  });
});
