import { expect, test } from 'vitest';
import { batchSteps } from '../harness/projector-process.js';
import { eventsOf, expectExact, openProcessLab } from '../faults/support/processes.js';
import { newRandom } from '../laws/support/random.js';

const KILLS = 20;
const random = newRandom('kills at each step');

test.each(batchSteps)(`F06 killed ${KILLS} times %s: each event counts once`, async (point) => {
  const { lab, start } = await openProcessLab();
  for (let kill = 0, n = 0; kill < KILLS; kill++) {
    for (let message = 0; message < 4; message++, n += 60)
      await lab.append([
        ...eventsOf('site-a', Math.max(0, n - random.below(30)), n),
        ...eventsOf('site-a', n, n + 60),
      ]);
    const stops = [{ point, how: 'kill', pass: 1 + random.below(3) } as const];
    const killed = await start({ stops, limits: { batchEvents: 60 } });
    expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
  }
  await start();
  const { counted } = await expectExact(lab);
  expect(counted).toBe(KILLS * 240);
});
