import { afterEach, expect, test } from 'vitest';
import { defaultLimits } from '#projector/engine.js';
import { Lab } from '../e2e/support/projector-lab.js';
import { ProjectorProcess } from '../harness/projector-process.js';
import { waitFor } from '../harness/wait-for.js';
import { expectExact } from '../faults/support/processes.js';
import { loadOf, shared } from '../faults/support/shares.js';

// As it is shipped: leases of six seconds, looks twice a second.
const TAKEN_OVER_MS = 10_000;
let lab: Lab;
const running: ProjectorProcess[] = [];

afterEach(async () => {
  for (const each of running.splice(0).filter(({ gone }) => !gone)) await each.kill();
  await lab.close();
});

async function start(): Promise<ProjectorProcess> {
  const servers = { databaseUrl: lab.database.url, natsUrl: lab.nats.url };
  const started = await ProjectorProcess.start(servers, { limits: defaultLimits });
  running.push(started);
  return started;
}

/** How long until every partition that it held goes on, under load. */
async function takeOver(victim: ProjectorProcess, signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
  const held = await lab.query<{ partition: number; epoch: number }>(
    'SELECT partition, epoch FROM partition WHERE owner = $1',
    [victim.owner],
  );
  expect(held.length).toBeGreaterThan(0);
  const began = performance.now();
  victim.signal(signal);
  await waitFor(
    async () => {
      const now = await lab.query<{ partition: number; epoch: number; alive: boolean }>(
        'SELECT partition, epoch, rate > 0 AND lease_until > now() AS alive FROM partition',
      );
      return held.every((was) =>
        now.some((is) => is.partition === was.partition && is.epoch > was.epoch && is.alive),
      );
    },
    { timeout: 60_000, message: 'somebody else to project' },
  );
  return Math.round(performance.now() - began);
}

test('F10 of three projectors under load one is killed and one frozen: both are taken over in under ten seconds', async () => {
  lab = await Lab.open(8);
  const load = loadOf(lab);
  const three = [await start(), await start(), await start()] as const;
  await shared(lab, three, [3, 3, 2]);
  const [a, b, c] = three;
  const killed = await takeOver(a, 'SIGKILL');
  const d = await start();
  await shared(lab, [b, c, d], [3, 3, 2]);
  const frozen = await takeOver(b, 'SIGSTOP');
  await shared(lab, [c, d], [4, 4]);
  b.signal('SIGCONT');
  await shared(lab, [b, c, d], [3, 3, 2]);
  console.info('take-over', `killed ${killed} ms, frozen ${frozen} ms`);
  await load.stop();
  await expectExact(lab);
  expect(killed).toBeLessThan(TAKEN_OVER_MS);
  expect(frozen).toBeLessThan(TAKEN_OVER_MS);
});
