import { describe, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { findVerification } from '#database/verification.js';
import { aroundChanges, daysIn, endOf, order, servedDays } from '../e2e/support/moved-days.js';
import { told, verify } from '../e2e/support/verify-lab.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf, expectExact, openProcessLab } from './support/processes.js';
import { loadOf, shared, sharesOf } from './support/shares.js';

/** Leases that a slow machine does not let run out while their holder lives. */
const steady = { limits: { leaseMs: 3_000, heartbeatMs: 500 } };

test('three projectors share, a fourth gets its share, a killed and a frozen one lose theirs: each event counts once', async () => {
  const { lab, start } = await openProcessLab(6);
  const load = loadOf(lab);
  const [a, b, c] = [await start(steady), await start(steady), await start(steady)];
  await shared(lab, [a, b, c], [2, 2, 2]);
  const d = await start(steady);
  await shared(lab, [a, b, c, d], [2, 2, 1, 1]);

  await b.kill('SIGKILL');
  await shared(lab, [a, c, d], [2, 2, 2]);
  c.signal('SIGSTOP');
  await shared(lab, [a, d], [3, 3]);
  c.signal('SIGCONT');
  await shared(lab, [a, c, d], [2, 2, 2]);

  await d.kill('SIGTERM');
  await shared(lab, [a, c], [3, 3]);
  expect(await lab.query('SELECT owner FROM projector WHERE owner = $1', [d.owner])).toEqual([]);
  await load.stop();
  await expectExact(lab);
}, 300_000);

test('where all have their share nothing moves, and the one of four with nobody to give to keeps two', async () => {
  const { lab, start } = await openProcessLab(4);
  const three = [await start(steady), await start(steady), await start(steady)];
  await shared(lab, three, [2, 1, 1]);
  const epochs = () => lab.query('SELECT partition, owner, epoch FROM partition ORDER BY partition');
  const before = await epochs();
  const looks = async () =>
    (await lab.query<{ looks: number }>(`SELECT xmin::text::int AS looks FROM projector`))[0]?.looks;
  // Each says several times meanwhile that it lives, and looks ten times as often.
  for (let beat = 0, last = await looks(); beat < 4; beat++)
    last = await waitFor(async () => ((await looks()) === last ? undefined : looks()), { timeout: 30_000 });
  expect(await epochs()).toEqual(before);
});

describe('orders go on while partitions move', () => {
  const small = { ...steady, limits: { ...steady.limits, batchEvents: 100, buildBatches: 1 } };

  test('a rebuild, a verification and a change of a time zone', async () => {
    const { lab, start } = await openProcessLab(3);
    const first = await start(small);
    const events = aroundChanges('site-2', 0, 600);
    for (let n = 0; n < 600; n += 20) {
      await lab.append(eventsOf('site-0', Math.max(0, n - 3), n + 20), 0);
      await lab.append(eventsOf('site-1', Math.max(0, n - 3), n + 20), 1);
      await lab.append([...events.slice(n, n + 20), ...events.slice(0, 2)], 2);
    }
    await lab.drained();

    // Each is under way at the one that holds everything, when a second and a third one come.
    for (const point of ['build_before_commit', 'reproject_before_commit', 'verify_batch'] as const)
      await first.arm({ point, how: 'wait', pass: 2 });
    const zone = await order(lab, 'site-2', 'Asia/Kathmandu', 1);
    const built = await requestJob(lab.pool, 'rebuild', { swap: true });
    const verified = await requestJob(lab.pool, 'verify');
    for (const point of ['build_before_commit', 'reproject_before_commit', 'verify_batch'] as const)
      await first.at(point);
    const second = await start(small);
    await waitFor(async () => ((await sharesOf(lab, [second]))[0] ?? 0) > 0, {
      timeout: 60_000,
      message: () => first.output,
    });
    const third = await start(small);
    first.go();
    await shared(lab, [first, second, third], [1, 1, 1]);

    await endOf(lab, zone);
    await endOf(lab, built);
    const result = await waitFor(() => findVerification(rowsOf(lab.pool), verified), {
      timeout: 60_000,
      message: 'the result of the verification',
    });
    expect(result).toMatchObject({ outcome: 'clean', driftRows: 0 });
    await lab.drained();
    expect(await servedDays(lab, 'site-2')).toEqual(daysIn('Asia/Kathmandu', events));
    expect(told(await verify(lab))).toEqual([]);
  }, 300_000);
});
