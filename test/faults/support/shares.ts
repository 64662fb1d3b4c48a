import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from '../../e2e/support/projector-lab.js';
import type { ProjectorProcess } from '../../harness/projector-process.js';
import { waitFor } from '../../harness/wait-for.js';
import { eventsOf } from './processes.js';

/** How many partitions each of them holds, and of whom the rest are. */
export async function sharesOf(lab: Lab, processes: readonly ProjectorProcess[]): Promise<number[]> {
  const rows = await lab.query<{ owner: string }>(
    'SELECT owner FROM partition WHERE owner IS NOT NULL AND lease_until >= now()',
  );
  return processes.map(({ owner }) => rows.filter((row) => row.owner === owner).length);
}

/** Waits until their shares are these, largest first, and together all partitions. */
export async function shared(
  lab: Lab,
  processes: readonly ProjectorProcess[],
  shares: readonly number[],
  timeout = 60_000,
): Promise<void> {
  let seen: number[] = [];
  await waitFor(
    async () => {
      seen = (await sharesOf(lab, processes)).sort((a, b) => b - a);
      return JSON.stringify(seen) === JSON.stringify(shares);
    },
    {
      timeout,
      message: () =>
        `shares ${shares.join('/')}, not ${seen.join('/')}:\n${processes.map((each) => each.output.slice(-4_000)).join('\n')}`,
    },
  );
}

/** Events of a site in each partition, some of them twice, until stopped. */
export function loadOf(lab: Lab): { stop: () => Promise<void> } {
  let going = true;
  const run = (async () => {
    for (let n = 0; going; n += 10) {
      const partitions = Array.from({ length: lab.log.partitions }, (_, partition) => partition);
      await Promise.all(
        partitions.map((partition) =>
          lab.append(eventsOf(`site-${partition}`, Math.max(0, n - 3), n + 10), partition),
        ),
      );
      // What is sent is computed anew at the end.
      await pause(100);
    }
  })();
  run.catch(() => undefined);
  return {
    stop: () => {
      going = false;
      return run;
    },
  };
}
