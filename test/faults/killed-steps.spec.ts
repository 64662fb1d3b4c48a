import { expect, test } from 'vitest';
import { assertionFails, eventsOf, expectExact, openProcessLab, without } from './support/processes.js';

// That a projector killed at each step of a batch counts exactly is proven in test/laws/oracle.spec.ts.
test.each([true, false])('F06 killed in the middle of a batch: transaction %s', async (guarded) => {
  const processes = await openProcessLab();
  await processes.lab.append(eventsOf('site-a', 0, 200));
  const killed = await processes.start({
    stops: [{ point: 'after_ledger', how: 'kill' }],
    edits: guarded ? [] : [without.transaction],
  });
  expect((await killed.ended()).signal).toBe('SIGKILL');
  await processes.start();
  await processes.lab.drained();
  const exact = expectExact(processes.lab);
  if (guarded) await exact;
  else await expect(exact, 'the control').rejects.toMatchObject(assertionFails);
});
