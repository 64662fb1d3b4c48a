import { describe, expect, test } from 'vitest';
import { assertionFails, eventsOf, expectExact, openProcessLab } from './support/processes.js';
import { expectBothExact, killedRebuild, rebuilt } from './support/rebuilds.js';

describe('F33 the process is killed half-way through a rebuild', () => {
  test('what is served goes on, and the rebuild ends with the same rows', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const job = await killedRebuild(processes, 20, { guarded: true });
    await expectExact(lab);
    await start();
    await lab.append(eventsOf('site-a', 50_000, 50_100));
    await rebuilt(lab, job);
    await expectBothExact(lab);
  });

  test('control: where the position is not kept in the transaction of the rows, they are not the same', async () => {
    const processes = await openProcessLab();
    const { lab, start } = processes;
    const job = await killedRebuild(processes, 1, { guarded: false });
    await start();
    await rebuilt(lab, job);
    await expect(expectBothExact(lab)).rejects.toMatchObject(assertionFails);
  });
});
