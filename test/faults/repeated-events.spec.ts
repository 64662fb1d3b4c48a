import { nanos } from '@nats-io/transport-node';
import { describe, expect, test } from 'vitest';
import { encodeEvent } from '#events/codec.js';
import { publishRaw, withManager } from '../harness/raw-log.js';
import { waitFor } from '../harness/wait-for.js';
import {
  assertionFails,
  eventsOf,
  expectExact,
  openProcessLab,
  type ProcessLab,
} from './support/processes.js';

const counts = async ({ lab }: ProcessLab) =>
  (await lab.query<{ events: number; duplicates: number }>('SELECT events, duplicates FROM partition'))[0];

describe('F14 the last 5,000 events come again, twice', () => {
  async function repeat(processes: ProcessLab, between: () => Promise<unknown> = async () => undefined) {
    const { lab } = processes;
    await processes.start({ limits: { batchEvents: 1_000 } });
    const lines = eventsOf('site-a', 0, 5_000).map(encodeEvent);
    await lab.appendLines(lines);
    await lab.drained();
    expect(await counts(processes)).toEqual({ events: 5_000, duplicates: 0 });
    await between();
    for (let time = 0; time < 2; time++) await lab.appendLines(lines);
    await lab.drained();
  }

  test('no figure moves, and each is counted as a duplicate', async () => {
    const processes = await openProcessLab();
    await repeat(processes);
    await expectExact(processes.lab);
    expect(await counts(processes)).toEqual({ events: 5_000, duplicates: 10_000 });
  });

  test('control: without the key of the ledger they count again', async () => {
    const processes = await openProcessLab();
    await repeat(processes, () => processes.lab.query('ALTER TABLE ledger_0 DROP CONSTRAINT ledger_0_pkey'));
    await expect(expectExact(processes.lab)).rejects.toMatchObject(assertionFails);
  });

  test('a message that JetStream takes a second time, its window for duplicates being over, counts nothing', async () => {
    const processes = await openProcessLab();
    const { lab } = processes;
    await processes.start();
    const message = eventsOf('site-a', 0, 50).map(encodeEvent).join('\n');
    expect((await publishRaw(lab.nats, 0, message, 'one')).duplicate).not.toBe(true);
    expect((await publishRaw(lab.nats, 0, message, 'one')).duplicate).toBe(true);
    await withManager(lab.nats, (jsm) => jsm.streams.update('EVENTS_0', { duplicate_window: nanos(100) }));
    await waitFor(async () => (await publishRaw(lab.nats, 0, message, 'one')).duplicate !== true);
    await expectExact(lab);
    expect(await counts(processes)).toEqual({ events: 50, duplicates: 50 });
  });
});

describe('F15 two sites send the same 1,000 event IDs', () => {
  async function send({ lab }: ProcessLab) {
    const ofA = eventsOf('site-a', 0, 1_000);
    await lab.append(ofA);
    await lab.append(ofA.map((event) => ({ ...event, site: 'site-b' })));
    await lab.drained();
  }

  test('all count, for each site', async () => {
    const processes = await openProcessLab();
    await processes.start({ limits: { batchEvents: 300 } });
    await send(processes);
    await expectExact(processes.lab);
    expect(await counts(processes)).toEqual({ events: 2_000, duplicates: 0 });
  });

  test("control: a ledger that does not know sites lets one suppress the other's", async () => {
    const processes = await openProcessLab();
    await processes.lab.query(
      'CREATE TABLE ledger_0 (sequence bigint, site_id int, ordinal int, event_id uuid PRIMARY KEY)',
    );
    const edits = [{ find: 'USING \\(site_id, event_id\\)', replace: 'USING (event_id)' }];
    await processes.start({ limits: { batchEvents: 300 }, edits });
    await send(processes);
    await expect(expectExact(processes.lab)).rejects.toMatchObject(assertionFails);
  });
});
