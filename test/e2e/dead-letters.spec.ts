import { afterEach, describe, expect, test } from 'vitest';
import {
  DISCARD_DEAD_LETTERS,
  RETRY_DEAD_LETTERS,
  type DeadLetterResult,
} from '#database/dead-letter-orders.js';
import { requestJob } from '#database/jobs.js';
import { encodeEvent } from '#events/codec.js';
import { dayOf } from '#projection/calendar.js';
import type { Projection } from '#projection/types.js';
import { waitFor } from '../harness/wait-for.js';
import {
  appendTenPoisoned,
  ended,
  eventsOf,
  lettersIn,
  mended,
  nothing,
  poisoned,
  settled,
  withMended,
} from './support/dead-letters.js';
import { days, expectedDays, Lab, labEvent, paths } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

describe('a retry', () => {
  test('after the fix gives the figures that never failed, and live projection goes on meanwhile', async () => {
    lab = await Lab.open();
    const broken = await lab.started();
    const all = await appendTenPoisoned(lab);
    expect(await lettersIn(lab)).toHaveLength(10);
    await lab.append(eventsOf('site-a', 400, 450));
    await lab.drained();
    await broken.stop();

    await lab.started(withMended);
    const notices: string[] = [];
    lab.log.onNotice((notice) => notices.push(...notice.sites));
    const job = requestJob(lab.pool, RETRY_DEAD_LETTERS, { reason: 'project_failed' });
    await lab.append(eventsOf('site-a', 450, 500));
    expect((await ended(lab, await job)).progress.result).toEqual({ ...nothing, retried: 10 });
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays([...all, ...eventsOf('site-a', 400, 500)]));
    expect(await lettersIn(lab)).toEqual([]);
    expect(notices).toContain('site-a');
    expect(await lab.metrics.registry.getSingleMetricAsString('tidemark_dead_letters_settled_total')).toMatch(
      /partition="0",outcome="retried"\} 10$/m,
    );
  });

  test('of what was retried before changes nothing, also when both are ordered at once', async () => {
    lab = await Lab.open();
    const broken = await lab.started();
    const all = await appendTenPoisoned(lab);
    await broken.stop();
    const [first] = await lettersIn(lab);
    const ids: number[] = [];
    for (const order of [{ id: first?.id }, { id: first?.id }, {}, {}])
      ids.push(await requestJob(lab.pool, RETRY_DEAD_LETTERS, order));
    await lab.started(withMended);
    const results = [];
    for (const id of ids) results.push(((await ended(lab, id)).progress.result as DeadLetterResult).retried);
    expect(results).toEqual([1, 0, 9, 0]);
    expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual(nothing);
    expect(await lab.dump(days)).toEqual(expectedDays(all));
  });

  test('that breaks before its commit is done again, once', async () => {
    lab = await Lab.open();
    const broken = await lab.started();
    const all = await appendTenPoisoned(lab);
    await broken.stop();
    let breaks = 0;
    const fail = () => {
      if (++breaks === 1) throw new Error('broken off');
    };
    await lab.started({ ...withMended, failpoints: { settle_before_commit: fail } });
    expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, retried: 10 });
    expect(breaks).toBe(2);
    expect(await lab.dump(days)).toEqual(expectedDays(all));
  });

  test('that fails again keeps the row, one attempt more, with the new reason', async () => {
    lab = await Lab.open();
    const broken = await lab.started();
    await lab.append([...eventsOf('site-a', 0, 30), ...poisoned('site-a', 30, 33)]);
    await lab.drained();
    await broken.stop();
    const half: Projection = {
      ...mended,
      project: (event, site, position) =>
        event.id === labEvent('site-a', 31).id
          ? [
              {
                day: dayOf(event.occurredAt, site.timeZone),
                weight: 2_147_483_647,
                visitors: event.visitorId,
              },
            ]
          : event.id === labEvent('site-a', 32).id
            ? [{ day: 'yesterday', events: 1 }]
            : mended.project(event, site, position),
    };
    await lab.started({ projections: [half, paths] });
    expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, retried: 1, failed: 2 });
    expect((await lettersIn(lab)).map(({ reason, attempts }) => [reason, attempts])).toEqual([
      ['refused_by_database', 2],
      ['value_invalid', 2],
    ]);
    expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 31)));
  });

  test('counts an event that no projection had seen in all of them, and twice delivered once', async () => {
    lab = await Lab.open(2);
    await lab.started();
    const own = eventsOf('site-a', 0, 3);
    await lab.append([labEvent('site-b', 0)], 1);
    await lab.drained();
    // Its home is partition 1 from now on: a stray one in partition 0 is parked whole.
    await lab.append(own, 1);
    await lab.drained();
    const strays = eventsOf('site-a', 10, 14);
    await lab.append([...strays, ...strays.slice(0, 1)], 0);
    await lab.drained();
    expect((await lettersIn(lab)).map(({ reason, number }) => [reason, number])).toEqual(
      Array.from({ length: 5 }, () => ['wrong_partition', null]),
    );
    expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, failed: 5 });
    await lab.query(`UPDATE site SET partition = 0 WHERE name = 'site-a'`);
    expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, retried: 5 });
    const all = [labEvent('site-b', 0), ...own, ...strays];
    expect(await lab.dump(days)).toEqual(expectedDays(all));
    const [views] = await lab.query<{ views: number }>('SELECT sum(views)::int AS views FROM lab_paths_g1');
    expect(views?.views).toBe(all.filter((each) => each.type === 'page_view').length);
    expect(await lab.query('SELECT events, duplicates FROM partition WHERE partition = 0')).toEqual([
      { events: 4, duplicates: 1 },
    ]);
  });

  test('leaves what can never be read as it is; that can only be discarded', async () => {
    lab = await Lab.open();
    await lab.started();
    await lab.append(eventsOf('site-a', 0, 20));
    await lab.appendLines(['not an event']);
    await lab.query(
      `INSERT INTO dead_letter (partition, sequence, ordinal, reason, event) VALUES (0, 900, -1, 'invalid_utf8', '?')`,
    );
    await lab.drained();
    expect(await settled(lab, RETRY_DEAD_LETTERS)).toEqual({ ...nothing, failed: 1 });
    expect(await settled(lab, DISCARD_DEAD_LETTERS, { note: 'rubbish' })).toEqual({
      ...nothing,
      discarded: 2,
    });
    expect((await lettersIn(lab)).map(({ status, note }) => [status, note])).toEqual([
      ['discarded', 'rubbish'],
      ['discarded', 'rubbish'],
    ]);
    expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 20)));
  });
});

test('open dead letters are counted by projection and reason', async () => {
  lab = await Lab.open();
  await lab.started();
  await lab.appendLines([
    ...eventsOf('site-a', 0, 20).map(encodeEvent),
    encodeEvent({ ...labEvent('site-a', 20), type: 'poison' }),
    'not an event',
  ]);
  await lab.drained();
  const shown = () => lab.metrics.registry.getSingleMetricAsString('tidemark_dead_letters_open');
  await waitFor(async () => (await shown()).includes('lab_days'));
  expect(await shown()).toContain('{partition="0",projection="lab_days",reason="project_failed"} 1');
  expect(await shown()).toContain('{partition="0",projection="all",reason="malformed_json"} 1');
  await settled(lab, DISCARD_DEAD_LETTERS, { reason: 'malformed_json', note: 'rubbish' });
  await waitFor(async () => !(await shown()).includes('malformed_json'));
});

test('a stopped partition goes on when an operator lets the next batch park what it must, and no further', async () => {
  lab = await Lab.open();
  const projector = await lab.started();
  await lab.append([...eventsOf('site-a', 0, 20), ...poisoned('site-a', 100, 120)]);
  await waitFor(() => projector.stopped.length > 0);
  expect(projector.stopped[0]?.reason).toContain('resume --partition 0 --accept-dead-letters');
  await lab.query('UPDATE partition SET park_below = sequence + 1');
  await lab.drained();
  await waitFor(() => projector.stopped.length === 0);
  expect(await lettersIn(lab)).toHaveLength(20);
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 20)));

  await lab.append([...eventsOf('site-a', 20, 40), ...poisoned('site-a', 200, 220)]);
  await waitFor(() => projector.stopped.length > 0);
  expect(await lettersIn(lab)).toHaveLength(20);
});
