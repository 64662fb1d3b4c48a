import { afterEach, describe, test, vi } from 'vitest';
import type { Failpoint } from '#projector/engine.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { waitFor } from '../harness/wait-for.js';
import { cutEveryStatement, doNothingAt } from './support/cut-connections.js';
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
  'INTO daily_aggregates_g1',
  'INTO top_paths_g1',
  'INTO unique_visitors_g1_visitors',
  'INTO hourly_series_g1',
  'INTO log_blocks_g1',
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

describe('race: two projectors take the partitions from each other all the time, and one commits', () => {
  /** Frozen for longer than the lease lives, now and then; the other takes over meanwhile. */
  const freeze = async () => {
    if (random.chance(0.3)) await new Promise((resolve) => setTimeout(resolve, random.below(200)));
  };

  test.each<[string, Failpoint, boolean]>([
    ['frozen in a transaction', 'before_commit', true],
    // What the fence alone must stop: the old holder wakes up with its connection in order and a batch in hand.
    ['frozen between two transactions, its session not ended by the taker', 'before_tx', false],
  ])('%s', async (_, point, ends) => {
    lab = await openLab();
    if (!ends) doNothingAt('pg_terminate_backend');
    const limits = { batchEvents: 30, leaseMs: 30, heartbeatMs: 60_000, tickMs: 20 };
    for (const owner of ['one', 'other']) {
      await lab.started({ projections: lawful, owner, failpoints: { [point]: freeze }, limits });
    }
    const feed = new Feed(lab, random);
    await waitFor(
      async () => {
        await feed.append(200);
        const held = await lab.query<{ epoch: number }>('SELECT epoch FROM partition');
        return held.every(({ epoch }) => epoch > 8);
      },
      { timeout: 60_000, message: 'leases that change hands' },
    );
    await expectTruth(lab);
  });
});
