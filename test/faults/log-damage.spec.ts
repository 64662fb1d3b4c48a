import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { decodeEvent } from '#events/codec.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { readAll } from '../harness/event-log.js';
import { waitFor } from '../harness/wait-for.js';
import {
  assertionFails,
  eventsOf,
  expectExact,
  figures,
  openProcessLab,
  stoppedReason,
  without,
  type ProcessLab,
} from './support/processes.js';

/** A message for each ten of these events. */
async function append(lab: Lab, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 10) await lab.append(eventsOf('site-a', n, n + 10));
}

function blocks(lab: Lab): string[] {
  const folder = join(lab.nats.storeDir, 'jetstream/$G/streams/EVENTS_0/msgs');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.blk'))
    .sort((a, b) => parseInt(a) - parseInt(b))
    .map((name) => join(folder, name));
}

/** Kills the server, spoils its files and starts it again. */
async function damage(lab: Lab, spoil: (first: string, last: string) => void): Promise<void> {
  await lab.nats.kill('SIGKILL');
  const all = blocks(lab);
  spoil(all.at(0) ?? '', all.at(-1) ?? '');
  await lab.nats.restart();
  await waitFor(() => lab.log.connected);
}

const cutTail = (_: string, last: string) => truncateSync(last, statSync(last).size - 300);

function flipMiddle(first: string): void {
  const bytes = readFileSync(first);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  writeFileSync(first, bytes);
}

/** Events that stand in the log up to the checkpoint and were never counted, unless the partition says that it stopped. */
async function skippedSilently(lab: Lab): Promise<string[]> {
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
  /** @returns what was served before */
  async function losing({ lab, start }: ProcessLab): Promise<unknown> {
    const before = await start();
    await append(lab, 0, 200);
    await expectExact(lab);
    await before.kill('SIGTERM');
    const served = await figures(lab);
    await damage(lab, cutTail);
    expect((await lab.log.head(0)).sequence).toBeLessThan(await lab.floor());
    await append(lab, 1_000, 1_200);
    return served;
  }

  test('the partition stops and says so; nothing is skipped silently', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const served = await losing(processes);
    const after = await start();
    expect(await stoppedReason(lab)).toMatch(/the log has another message at 20/);
    expect(await skippedSilently(lab)).toEqual([]);
    expect(await figures(lab)).toEqual(served);
    expect(await after.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  test('control: a projector that trusts the sequence number alone skips events', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    await losing(processes);
    const stands = await lab.log.messageAt(0, await lab.floor());
    if (!stands) throw new Error('nothing took the number of what was lost');
    await start({ edits: [without.identity(stands)] });
    await lab.drained();
    await expect(skippedSilently(lab).then((ids) => expect(ids).toEqual([]))).rejects.toMatchObject(
      assertionFails,
    );
  });
});

test('F26 a bit of an old block flips: the partition stops instead of going on without what is lost', async () => {
  const { lab, start } = await openProcessLab();
  await start();
  await append(lab, 0, 400);
  await expectExact(lab);
  const served = await figures(lab);
  await damage(lab, flipMiddle);
  await append(lab, 1_000, 1_800);
  await stoppedReason(lab);
  expect(await skippedSilently(lab)).toEqual([]);
  expect(await figures(lab)).toEqual(served);
});

test('a rebuild of a log that lost its tail fails in words, before and after its sequences are used again', async () => {
  const { lab, start } = await openProcessLab();
  await start();
  await append(lab, 0, 400);
  await expectExact(lab);
  const served = await figures(lab);
  await damage(lab, cutTail);
  expect(await failure(lab)).toMatch(
    /^the log of partition 0 has lost its messages \d+ to 40, which are in the served figures/,
  );
  await append(lab, 1_000, 1_800);
  expect(await failure(lab)).toMatch(/^Partition 0: the log has another message at 40: /);
  expect(await figures(lab)).toEqual(served);
});

/** Of a rebuild that is ordered now. */
async function failure(lab: Lab): Promise<string> {
  const id = await requestJob(lab.pool, 'rebuild', { swap: true });
  const job = await waitFor(
    async () => {
      const found = await findJob(rowsOf(lab.pool), id);
      return found?.state === 'failed' || found?.state === 'done' ? found : undefined;
    },
    { timeout: 60_000, message: 'the end of the rebuild' },
  );
  expect(job.state).toBe('failed');
  return job.error ?? '';
}
