import { afterEach, beforeEach, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { botList } from '#events/site-rules/bot-list.js';
import { logBlocks } from '#projections/log-blocks.js';
import { waitFor } from '../harness/wait-for.js';
import { mended, settled } from './support/dead-letters.js';
import { endOf, everyProjection, expectRebuiltEqual, moved, order, served } from './support/moved-days.js';
import { days, Lab, labEvent } from './support/projector-lab.js';
import { countedByHand, NOTHING, ruled, RULES, servedFigures } from './support/ruled-site.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const small = { batchEvents: 50, buildBatches: 1 };

/** Of two sites the same, in the same messages, some of them twice. */
async function append(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 20) {
    const some = Array.from({ length: Math.min(20, to - n) }, (_, i) => n + i);
    const again = some.slice(0, 3);
    await lab.append(
      ['site-a', 'twin'].flatMap((site) => [...some, ...again].map((each) => ruled(site, each).event)),
    );
  }
}

/** Every row of the site, without its name. */
async function rowsOfSite(site: string): Promise<unknown> {
  const dumps = (await served(lab, (name) => name === site)) as string[][][];
  return dumps.map((tables) => tables.map((rows) => rows.map((row) => row.slice(site.length))));
}

test('figures are those of the rules, for the past and from now on; without the rules they are those before, byte for byte', async () => {
  await lab.started({ projections: everyProjection, limits: small });
  await append(0, 400);
  await lab.drained();
  const before = await rowsOfSite('site-a');
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, 400, false));

  const job = await moved(lab, 'site-a', 'UTC', 1, RULES);
  expect(job.progress).toMatchObject({ eventsDone: 400, result: { revision: 1, reprojected: true } });
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, 400, true));
  expect(await lab.query(`SELECT rules FROM site WHERE name = 'site-a'`)).toEqual([{ rules: RULES }]);
  expect(await rowsOfSite('twin')).toEqual(before);
  expect(told(await verify(lab))).toEqual([]);

  await append(400, 600);
  await lab.drained();
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, 600, true));
  expect(told(await verify(lab))).toEqual([]);
  await expectRebuiltEqual(lab);
  const ruledRows = await rowsOfSite('site-a');
  await endOf(lab, await requestJob(lab.pool, 'rebuild_from_zero'));
  expect(await rowsOfSite('site-a')).toEqual(ruledRows);

  await moved(lab, 'site-a', 'UTC', 2);
  expect(await rowsOfSite('site-a')).toEqual(await rowsOfSite('twin'));
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, 600, false));
  expect(told(await verify(lab))).toEqual([]);
});

test('where the log has events is kept, whatever is left out: all of them come back', async () => {
  await lab.started({ projections: everyProjection });
  await append(0, 100);
  await lab.drained();
  const before = await rowsOfSite('site-a');
  const blocks = await lab.dump(logBlocks);
  await moved(lab, 'site-a', 'UTC', 1, [NOTHING]);
  expect(await servedFigures(lab, 'site-a')).toEqual({});
  expect(await lab.dump(logBlocks)).toEqual(blocks);
  // Left out as well, and only these blocks of the log have them.
  await append(100, 120);
  await lab.drained();
  await moved(lab, 'site-a', 'UTC', 2, []);
  expect(await rowsOfSite('site-a')).toEqual(await rowsOfSite('twin'));
  expect(await rowsOfSite('site-a')).not.toEqual(before);
});

test('rules and zones that come and go while events stream in end with what a site has that never had any', async () => {
  await lab.started({ projections: everyProjection, limits: small });
  await append(0, 400);
  // Only a site that PostgreSQL has can be ordered anew.
  await lab.drained();
  let going = true;
  let sent = 400;
  const streaming = (async () => {
    for (; going; sent += 20) {
      await append(sent, sent + 20);
      await lab.drained();
    }
  })();
  await moved(lab, 'site-a', 'UTC', 1, RULES);
  await moved(lab, 'site-a', 'Asia/Kathmandu', 2, RULES);
  await moved(lab, 'site-a', 'Asia/Kathmandu', 3, [NOTHING]);
  await moved(lab, 'twin', 'Asia/Kathmandu', 4);
  await moved(lab, 'site-a', 'Asia/Kathmandu', 5);
  going = false;
  await streaming;
  expect(await rowsOfSite('site-a')).toEqual(await rowsOfSite('twin'));
  await moved(lab, 'site-a', 'UTC', 6, RULES);
  expect(await servedFigures(lab, 'site-a')).toEqual(countedByHand('site-a', 0, sent, true));
  expect(told(await verify(lab))).toEqual([]);
});

test('an event that was left out before it could fail is a dead letter once it counts', async () => {
  const first = await lab.started({ projections: everyProjection, limits: small });
  await append(0, 40);
  await lab.drained();
  await moved(lab, 'site-a', 'UTC', 1, [NOTHING]);
  const poison = (site: string) => labEvent(site, 5_000, { type: 'poison', path: '/pricing' });
  await lab.append([poison('site-a')]);
  await lab.drained();
  expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
  await moved(lab, 'site-a', 'UTC', 2);
  const letters = await lab.query<{ site: string; projection: string }>(
    'SELECT site, projection FROM dead_letter d JOIN generation g ON g.id = d.generation_id',
  );
  expect(letters).toEqual([{ site: 'site-a', projection: 'lab_days' }]);
  expect(told(await verify(lab))).toEqual([]);

  // While it is left out again there is nothing to be retried, and then it counts.
  await moved(lab, 'site-a', 'UTC', 3, [NOTHING]);
  await first.stop();
  await lab.started({ projections: [mended, ...everyProjection.filter((each) => each !== days)] });
  expect(await settled(lab, 'retry_dead_letters')).toMatchObject({ retried: 1, failed: 0 });
  await moved(lab, 'site-a', 'UTC', 4);
  await lab.append([poison('twin')]);
  await lab.drained();
  expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
  expect(await rowsOfSite('site-a')).toEqual(await rowsOfSite('twin'));
  expect(told(await verify(lab))).toEqual([]);
});

test('rules that are none, or that a newer version has made, change nothing', async () => {
  await lab.started({ projections: everyProjection });
  await append(0, 20);
  await lab.drained();
  const id = await order(lab, 'site-a', 'UTC', 1, [{ ...RULES[2], pattern: 'admin' } as never]);
  const failed = await waitFor(async () => {
    const [job] = await lab.query<{ error: string }>(
      `SELECT error FROM job WHERE id = $1 AND state = 'failed'`,
      [id],
    );
    return job;
  });
  expect(failed.error).toMatch(/^rules\[0\]\.pattern must /);
  const before = await rowsOfSite('site-a');
  await lab.query(`UPDATE site SET rules = '[{"id":"x","kind":"of_tomorrow"}]' WHERE name = 'site-a'`);
  await lab.append([ruled('site-a', 20).event]);
  const stopped = () =>
    lab.query<{ reason: string }>(
      'SELECT stopped_reason AS reason FROM partition WHERE stopped_reason IS NOT NULL',
    );
  const [{ reason } = { reason: '' }] = await waitFor(async () => {
    const found = await stopped();
    return found.length > 0 ? found : undefined;
  });
  expect(reason).toMatch(/site site-a are made by rules that this code does not have .*kind must be one of/);
  await lab.query(`UPDATE site SET rules = '[]' WHERE name = 'site-a'`);
  await lab.drained();
  expect(await rowsOfSite('site-a')).not.toEqual(before);
});

test('figures of a site with a rule about bots, made with another list of them, are made anew at the start', async () => {
  const first = await lab.started({ projections: everyProjection });
  await append(0, 100);
  await lab.drained();
  await moved(lab, 'site-a', 'UTC', 1, RULES);
  await moved(lab, 'twin', 'UTC', 1, [NOTHING]);
  const before = await rowsOfSite('site-a');
  const lists = await lab.query<{ list: string | null }>('SELECT bot_list AS list FROM site ORDER BY name');
  expect(lists).toEqual([{ list: botList() }, { list: null }]);
  await first.stop();
  await lab.query(`UPDATE site SET bot_list = 'older' WHERE name = 'site-a'`);
  await lab.query('UPDATE daily_aggregates_g1 SET events = events + 1');

  // One that only another version can carry out stays.
  const orderOf = (list: string) => ({
    site: 'site-a',
    timeZone: 'UTC',
    rules: [],
    revision: 1,
    botList: list,
  });
  const foreign = await requestJob(lab.pool, 'reproject', orderOf('newer'));
  const done = async () =>
    (await lab.query(`SELECT FROM job WHERE arguments ->> 'botList' = $1 AND state = 'done'`, [botList()]))
      .length === 1;
  let stuck = true;
  let looks = 0;
  await lab.started({
    projections: everyProjection,
    failpoints: {
      reproject_before_switch: () => {
        if (stuck) throw new Error('no further for now');
      },
      // Until then the figures are nobody's fault: it begins again.
      verify_batch: async () => {
        if (++looks === 2) stuck = false;
        if (looks > 2) await waitFor(done, { timeout: 60_000 });
      },
    },
  });
  expect(told(await verify(lab))).toEqual([]);
  expect(looks).toBeGreaterThan(2);
  expect(await rowsOfSite('site-a')).toEqual(before);
  expect(await lab.query('SELECT bot_list AS list, revision FROM site ORDER BY name')).toEqual([
    { list: botList(), revision: 1 },
    { list: null, revision: 1 },
  ]);
  expect(await lab.query(`SELECT state FROM job WHERE id = $1`, [foreign])).toEqual([{ state: 'queued' }]);
});
