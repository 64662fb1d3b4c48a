import { expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import { projections } from '#projections/index.js';
import { aroundChanges, daysIn, endOf, order, served, servedDays } from '../e2e/support/moved-days.js';
import { told, verify } from '../e2e/support/verify-lab.js';
import { openProcessLab } from './support/processes.js';

const rules: readonly SiteRule[] = [
  { id: '0192f3a4-5b6c-7d8e-9f01-000000000001', kind: 'exclude_path', pattern: '/page/3' },
];

test.each([
  ['in the middle', 'reproject_before_commit', 3],
  ['before the switch is committed', 'reproject_before_switch', 1],
  ['right after it', 'reproject_after_switch', 1],
] as const)(
  'a change of zone and rules that is killed %s ends with the same days',
  async (_, point, pass) => {
    const { lab, start } = await openProcessLab();
    const limits = { batchEvents: 100, buildBatches: 1 };
    const first = await start({ limits });
    const events = aroundChanges('site-a', 0, 1_000);
    const counted = events.filter(({ path }) => path !== '/page/3');
    for (let n = 0; n < 1_000; n += 20) await lab.append([...events.slice(n, n + 20), ...events.slice(0, 5)]);
    await lab.drained();
    await first.kill('SIGTERM');
    const before = await servedDays(lab, 'site-a');
    const id = await order(lab, 'site-a', 'Asia/Kathmandu', 1, rules);
    const killed = await start({ limits, stops: [{ point, how: 'kill', pass }] });
    expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
    if (point !== 'reproject_after_switch') expect(await servedDays(lab, 'site-a')).toEqual(before);
    await start({ limits });
    await endOf(lab, id);
    await lab.drained();
    expect(await servedDays(lab, 'site-a')).toEqual(daysIn('Asia/Kathmandu', counted));
    expect(told(await verify(lab))).toEqual([]);
  },
);

test.each([
  ['in the middle', 'reproject_before_commit', 3],
  ['before its end is committed', 'preview_before_end', 1],
] as const)('a preview that is killed %s says the same in the end', async (_, point, pass) => {
  const { lab, start } = await openProcessLab();
  const limits = { batchEvents: 100, buildBatches: 1 };
  const first = await start({ limits });
  const events = aroundChanges('site-a', 0, 1_200);
  // So many messages that not all are left to the end.
  for (let n = 0; n < events.length; n += 5) await lab.append(events.slice(n, n + 5));
  await lab.drained();
  const preview = { site: 'site-a', timeZone: 'Asia/Kathmandu', rules };
  const expected = (await endOf(lab, await requestJob(lab.pool, 'preview', preview))).progress.result;
  expect(expected).toMatchObject({ total: { before: { events: 1_200 } } });
  await first.kill('SIGTERM');
  const before = await served(lab, () => true, projections);
  const id = await requestJob(lab.pool, 'preview', preview);
  const killed = await start({ limits, stops: [{ point, how: 'kill', pass }] });
  expect((await killed.ended()).signal, killed.output).toBe('SIGKILL');
  await start({ limits });
  expect((await endOf(lab, id)).progress.result).toEqual(expected);
  expect(await served(lab, () => true, projections)).toEqual(before);
});
