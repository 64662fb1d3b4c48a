import { expect, test } from 'vitest';
import { aroundChanges, daysIn, endOf, order, servedDays } from '../e2e/support/moved-days.js';
import { told, verify } from '../e2e/support/verify-lab.js';
import { openProcessLab } from './support/processes.js';

test.each([
  ['in the middle', 'reproject_before_commit', 3],
  ['before the switch is committed', 'reproject_before_switch', 1],
  ['right after it', 'reproject_after_switch', 1],
] as const)('a change of a time zone that is killed %s ends with the same days', async (_, point, pass) => {
  const { lab, start } = await openProcessLab();
  const limits = { batchEvents: 100, buildBatches: 1 };
  const first = await start({ limits });
  const events = aroundChanges('site-a', 0, 1_000);
  for (let n = 0; n < 1_000; n += 20) await lab.append([...events.slice(n, n + 20), ...events.slice(0, 5)]);
  await lab.drained();
  await first.kill('SIGTERM');
  const before = await servedDays(lab, 'site-a');
  const id = await order(lab, 'site-a', 'Asia/Kathmandu', 1);
  const killed = await start({ limits, stops: [{ point, how: 'kill', pass }] });
  expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
  if (point !== 'reproject_after_switch') expect(await servedDays(lab, 'site-a')).toEqual(before);
  await start({ limits });
  await endOf(lab, id);
  await lab.drained();
  expect(await servedDays(lab, 'site-a')).toEqual(daysIn('Asia/Kathmandu', events));
  expect(told(await verify(lab))).toEqual([]);
});
