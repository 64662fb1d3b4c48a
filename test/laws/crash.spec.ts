import { afterEach, describe, test, vi } from 'vitest';
import type { Failpoint } from '#projector/engine.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { waitFor } from '../harness/wait-for.js';
import { cutEveryStatement } from './support/cut-connections.js';
import { expectTruth, Feed, lawful, openLab } from './support/lab-laws.js';
import { newRandom } from './support/random.js';

const random = newRandom('laws of crash and race');
let lab: Lab;
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.close();
});

/** Of the statements at which the connection breaks, the ones that must be among them: the steps of a batch. */
const steps = [
  'BEGIN',
  'UPDATE partition SET sequence',
  'INTO ledger_0',
  'INTO daily_aggregates_g1_unique_visitors',
  'INTO top_paths_g1',
  'INTO unique_visitors_g1',
  'INTO hourly_series_g1',
  'INTO every_measure_g1',
  'UPDATE checkpoint',
  'COMMIT',
];

describe('crash: killed between any two statements, each event counts once', () => {
  test.each(['before', 'after'] as const)('the connection is cut %s each statement', async (when) => {
    lab = await openLab();
    const cut = cutEveryStatement(when);
    const missing = () => steps.filter((step) => ![...cut].some((text) => text.includes(step)));
    await lab.started({ projections: lawful, limits: { batchEvents: 50 } });
    const feed = new Feed(lab, random);
    await waitFor(
      async () => {
        await feed.append(60);
        return missing().length === 0;
      },
      { timeout: 60_000, message: () => `cuts at ${missing().join(', ')}` },
    );
    await expectTruth(lab);
  });

  test('at every failpoint, at random', async () => {
    lab = await openLab();
    const points: Failpoint[] = [
      'before_tx',
      'after_ledger',
      'before_commit',
      'after_commit',
      'before_position',
    ];
    const hit = new Set<Failpoint>();
    const failpoints = Object.fromEntries(
      points.map((point) => [
        point,
        () => {
          if (!random.chance(0.1)) return;
          hit.add(point);
          throw new Error(`stopped ${point}`);
        },
      ]),
    );
    await lab.started({ projections: lawful, failpoints, limits: { batchEvents: 60 } });
    const feed = new Feed(lab, random);
    await waitFor(
      async () => {
        await feed.append(300);
        return hit.size === points.length;
      },
      { timeout: 60_000, message: () => `every failpoint, so far ${[...hit].join(', ')}` },
    );
    await expectTruth(lab);
  });
});

test('race: two projectors that take the partitions from each other all the time, one commits', async () => {
  lab = await openLab();
  // Frozen for longer than the lease lives, in the middle of a batch; the other takes over meanwhile.
  const before_commit = async () => {
    if (random.chance(0.3)) await new Promise((resolve) => setTimeout(resolve, random.below(200)));
  };
  const limits = { batchEvents: 30, leaseMs: 30, heartbeatMs: 60_000, tickMs: 20 };
  for (const owner of ['one', 'other']) {
    await lab.started({ projections: lawful, owner, failpoints: { before_commit }, limits });
  }
  const feed = new Feed(lab, random);
  const epochs = () => lab.query<{ epoch: number }>('SELECT epoch FROM partition');
  await waitFor(
    async () => {
      await feed.append(200);
      return (await epochs()).every(({ epoch }) => epoch > 8);
    },
    { timeout: 60_000, message: 'leases that change hands' },
  );
  await expectTruth(lab);
});
