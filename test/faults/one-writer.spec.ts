import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ProjectorProcess } from '../harness/projector-process.js';
import { waitFor } from '../harness/wait-for.js';
import {
  assertionFails,
  eventsOf,
  expectExact,
  ledgerWithoutKey,
  openProcessLab,
  without,
  type ProcessLab,
} from './support/processes.js';

const unguarded = { edits: [without.termination, without.epoch, without.floor, without.standing] };
/** Of whoever is to keep the partition, however slow the machine is. */
const longLease = { leaseMs: 60_000 };
const ownerOf = async ({ lab }: ProcessLab) =>
  (await lab.query<{ owner: string | null }>('SELECT owner FROM partition'))[0]?.owner;
const gaveUp = (process: ProjectorProcess) => process.output.includes('lease lost');

describe('F10 a projector is frozen by SIGSTOP with a batch in hand', () => {
  test.each([
    ['its session is ended by the taker', 'before_commit', []],
    ['the fence alone stands in its way', 'before_tx', [without.termination]],
  ] as const)('another one takes over, and the woken one commits nothing: %s', async (_, point, edits) => {
    const processes = await openProcessLab();
    const { lab } = processes;
    const frozen = await processes.start({ stops: [{ point, how: 'freeze' }], edits });
    await lab.append(eventsOf('site-a', 0, 200));
    await frozen.at(point);
    const taker = await processes.start({ edits, limits: longLease });
    await expectExact(lab);
    expect(await ownerOf(processes)).toBe(taker.owner);
    frozen.signal('SIGCONT');
    await waitFor(() => gaveUp(frozen), { timeout: 30_000, message: () => frozen.output });
    await lab.append(eventsOf('site-a', 200, 300));
    await expectExact(lab);
    expect(await ownerOf(processes)).toBe(taker.owner);
  });
});

test('F12 of two projectors one applies, and the other goes on when it stops', async () => {
  const { lab, start } = await openProcessLab();
  const holders = () => lab.query('SELECT owner, epoch FROM partition');
  const heldBy = (owner: string, epoch: number) => [{ owner, epoch }];
  const first = await start({ limits: longLease });
  await waitFor(async () => isDeepStrictEqual(await holders(), heldBy(first.owner, 1)), { timeout: 30_000 });
  const second = await start({ limits: longLease });
  await lab.append(eventsOf('site-a', 0, 200));
  await expectExact(lab);
  expect(await holders()).toEqual(heldBy(first.owner, 1));
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  await lab.append(eventsOf('site-a', 200, 300));
  await expectExact(lab);
  await waitFor(async () => isDeepStrictEqual(await holders(), heldBy(second.owner, 2)), { timeout: 30_000 });
});

describe('F12 three projectors have the same batch in hand', () => {
  /** Each takes the partition from the one before, whose lease ran out while it waited. */
  async function race(processes: ProcessLab, edits = [without.termination]): Promise<void> {
    const { lab } = processes;
    await lab.append(eventsOf('site-a', 0, 200));
    const stops = [{ point: 'before_tx', how: 'wait' }] as const;
    const three = await Promise.all([1, 2, 3].map(() => processes.start({ stops, edits })));
    await Promise.all(three.map((each) => each.at('before_tx')));
    for (const each of three) each.go();
    if (edits.length === 1)
      await waitFor(() => three.filter(gaveUp).length >= 2, {
        timeout: 30_000,
        message: () => three.map(({ output }) => output).join('\n'),
      });
    await lab.drained();
  }

  test('one applies it, and two give up', async () => {
    const processes = await openProcessLab();
    await race(processes);
    await expectExact(processes.lab);
  });

  test('control: without the fence and the key of the ledger, more than one does', async () => {
    const processes = await openProcessLab();
    await ledgerWithoutKey(processes.lab);
    await race(processes, unguarded.edits);
    const events = async () =>
      (await processes.lab.query<{ events: number }>('SELECT events FROM partition'))[0]?.events;
    await waitFor(async () => (await events()) === 600, { timeout: 30_000, message: 'three commits' });
    await expect(expectExact(processes.lab)).rejects.toMatchObject(assertionFails);
  });
});

describe("F13 the database ends the lease holder's session", () => {
  /** It dies in its transaction; another one has the partition before the first has a connection again. */
  async function overlap(processes: ProcessLab, edits: typeof unguarded.edits): Promise<void> {
    const { lab } = processes;
    const holder = await processes.start({ stops: [{ point: 'before_commit', how: 'wait' }], edits });
    await lab.append(eventsOf('site-a', 0, 100));
    await holder.at('before_commit');
    await lab.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'tidemark live 0 %'`,
    );
    const taker = await processes.start({ edits, limits: longLease });
    await waitFor(async () => (await ownerOf(processes)) === taker.owner, { timeout: 30_000 });
    await lab.drained();

    for (const each of [holder, taker]) await each.arm({ point: 'before_tx', how: 'wait' });
    holder.go();
    await waitFor(() => gaveUp(holder) || holder.output.includes('will be tried again'), {
      timeout: 30_000,
      message: () => holder.output,
    });
    await lab.append(eventsOf('site-a', 100, 200));
    await taker.at('before_tx');
    await waitFor(() => gaveUp(holder) || holder.met.includes('before_tx'), {
      timeout: 30_000,
      message: () => holder.output,
    });
    for (const each of [holder, taker]) each.go();
    await lab.drained();
  }

  test('what it had in hand is rolled back, and it gives up', async () => {
    const processes = await openProcessLab();
    await overlap(processes, []);
    await expectExact(processes.lab);
  });

  test('control: a holder that does not look whether it still is one counts twice', async () => {
    const processes = await openProcessLab();
    await ledgerWithoutKey(processes.lab);
    await overlap(processes, unguarded.edits);
    const events = async () =>
      (await processes.lab.query<{ events: number }>('SELECT events FROM partition'))[0]?.events;
    await waitFor(async () => (await events()) === 300, {
      timeout: 30_000,
      message: 'a batch that counts twice',
    });
    await expect(expectExact(processes.lab)).rejects.toMatchObject(assertionFails);
  });
});
