import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import type { LogMessage } from '#event-log/types.js';
import type { ProjectedLog } from '#projector/engine.js';
import { decodeEvent } from '#events/codec.js';
import { days, expectedDays, Lab } from '../e2e/support/projector-lab.js';
import { readAll } from '../harness/event-log.js';
import { waitFor } from '../harness/wait-for.js';
import { assertionFails, eventsOf } from './support/processes.js';

let lab: Lab;
afterEach(() => lab.close());

const quick = { heartbeatMs: 100 };

/** A message for each ten of these events. */
async function append(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 10) await lab.append(eventsOf('site-a', n, n + 10));
}

function blocks(): string[] {
  const folder = join(lab.nats.storeDir, 'jetstream/$G/streams/EVENTS_0/msgs');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.blk'))
    .sort((a, b) => parseInt(a) - parseInt(b))
    .map((name) => join(folder, name));
}

/** Kills the server, spoils its files and starts it again. */
async function damage(spoil: (first: string, last: string) => void): Promise<void> {
  await lab.nats.kill('SIGKILL');
  const all = blocks();
  spoil(all.at(0) ?? '', all.at(-1) ?? '');
  await lab.nats.restart();
  await waitFor(() => lab.log.connected);
}

const recorded = () =>
  waitFor(
    async () => (await lab.query('SELECT FROM partition WHERE stopped_reason IS NOT NULL')).length === 1,
    { message: 'the reason of the stop in the database' },
  );

const cutTail = (_: string, last: string) => truncateSync(last, statSync(last).size - 300);

function flipMiddle(first: string): void {
  const bytes = readFileSync(first);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  writeFileSync(first, bytes);
}

/** Events that stand in the log up to the checkpoint and were never counted, unless the partition says that it stopped. */
async function skippedSilently(): Promise<string[]> {
  const [row] = await lab.query<{ sequence: number; stopped_reason: string | null }>(
    'SELECT sequence, stopped_reason FROM partition',
  );
  if (!row || row.stopped_reason !== null) return [];
  const counted = await lab.query<{ id: string }>('SELECT event_id AS id FROM ledger_0');
  const known = new Set(counted.map(({ id }) => id));
  const inLog = (await readAll(lab.log, 0)).filter(({ sequence }) => sequence <= row.sequence);
  return inLog.flatMap(({ line }) => {
    const decoded = decodeEvent(line);
    return decoded.ok && !known.has(decoded.event.id) ? [decoded.event.id] : [];
  });
}

describe('F24 the log lost its tail in a crash, and new events took its sequence numbers', () => {
  async function losing(): Promise<void> {
    lab = await Lab.open();
    const before = await lab.started({ limits: quick });
    await append(0, 200);
    await lab.drained();
    await before.stop();
    await damage(cutTail);
    expect((await lab.log.head(0)).sequence).toBeLessThan(await lab.floor());
    await append(1_000, 1_200);
  }

  test('the partition stops and says so; nothing is skipped silently', async () => {
    await losing();
    const after = await lab.started({ limits: quick });
    await waitFor(() => after.stopped.length > 0);
    expect(after.stopped[0]?.reason).toMatch(/the log has another message at 20/);
    await recorded();
    expect(await skippedSilently()).toEqual([]);
    expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 200)));
  });

  test('control: a projector that trusts the sequence number alone skips events', async () => {
    await losing();
    await lab.started({ limits: quick, log: await trusting() });
    await lab.drained();
    await expect(skippedSilently().then((ids) => expect(ids).toEqual([]))).rejects.toMatchObject(
      assertionFails,
    );
  });

  /** Whatever stands at the checkpoint now passes for the message that stood there. */
  async function trusting(): Promise<ProjectedLog> {
    const { log } = lab;
    const [stood] = await lab.query<{ sequence: number; batchId: string; at: Date }>(
      'SELECT sequence, batch_id AS "batchId", projected_stored_at AS at FROM partition',
    );
    if (!stood) throw new Error('nothing was projected');
    const disguised = (message: LogMessage): LogMessage =>
      message.sequence === stood.sequence
        ? { ...message, batchId: stood.batchId, storedAt: stood.at.getTime() }
        : message;
    return {
      partitions: log.partitions,
      head: (partition) => log.head(partition),
      sequenceFrom: (...about) => log.sequenceFrom(...about),
      messageAt: async (partition, sequence) => {
        // What was committed since is the new log's own.
        const message = await log.messageAt(partition, sequence);
        return message && disguised(message);
      },
      notify: (notice) => log.notify(notice),
      read(partition, from, options) {
        const reader = log.read(partition, from, options);
        return {
          stop: () => reader.stop(),
          async *[Symbol.asyncIterator]() {
            for await (const message of reader) yield disguised(message);
          },
        };
      },
    };
  }
});

test('F26 a bit of an old block flips: the partition stops instead of going on without what is lost', async () => {
  lab = await Lab.open();
  const running = await lab.started({ limits: quick });
  await append(0, 400);
  await lab.drained();
  await damage(flipMiddle);
  await append(1_000, 1_800);
  await waitFor(() => running.stopped.length > 0, { timeout: 30_000, message: 'a stop' });
  await recorded();
  expect(await skippedSilently()).toEqual([]);
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 400)));
});

describe('a rebuild of a log that is damaged', () => {
  async function rebuilt(): Promise<string> {
    const id = await requestJob(lab.pool, 'rebuild', { swap: true });
    const job = await waitFor(
      async () => {
        const found = await findJob(rowsOf(lab.pool), id);
        return found?.state === 'failed' || found?.state === 'done' ? found : undefined;
      },
      { timeout: 60_000, message: 'the end of the rebuild' },
    );
    expect(job.state).toBe('failed');
    expect(await lab.dump(days, 1)).toEqual(expectedDays(eventsOf('site-a', 0, 400)));
    return job.error ?? '';
  }

  async function damaged(): Promise<void> {
    lab = await Lab.open();
    await lab.started({ limits: quick });
    await append(0, 400);
    await lab.drained();
    await damage(cutTail);
  }

  test('that lost its tail fails in words, and what is served stays', async () => {
    await damaged();
    expect(await rebuilt()).toMatch(
      /^the log of partition 0 has lost its messages \d+ to 40, which are in the served figures/,
    );
  });

  test('that lost its tail and used its sequences again fails in words, and what is served stays', async () => {
    await damaged();
    await append(1_000, 1_800);
    expect(await rebuilt()).toMatch(/^Partition 0: the log has another message at 40: /);
  });
});
