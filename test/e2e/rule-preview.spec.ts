import { afterEach, beforeEach, expect, test } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { cancelPreview, type PreviewResult } from '#database/preview.js';
import { rowsOf } from '#database/row-reader.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import { waitFor } from '../harness/wait-for.js';
import { ended } from './support/dead-letters.js';
import { endOf, everyProjection, moved, order, served } from './support/moved-days.js';
import { Lab } from './support/projector-lab.js';
import { countedByHand, ruled, RULES, servedFigures } from './support/ruled-site.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const small = { batchEvents: 50, buildBatches: 1 };

/** @param each events of a message */
async function append(from: number, to: number, each = 20): Promise<void> {
  for (let n = from; n < to; n += each)
    await lab.append(
      Array.from({ length: Math.min(each, to - n) }, (_, i) =>
        ['site-a', 'site-b'].map((site) => ruled(site, n + i).event),
      ).flat(),
    );
}

const preview = (rules: readonly SiteRule[], timeZone = 'UTC', site = 'site-a'): Promise<number> =>
  requestJob(lab.pool, 'preview', { site, timeZone, rules });

const resultOf = async (id: number): Promise<PreviewResult> =>
  (await endOf(lab, id)).progress.result as PreviewResult;

type Figures = Record<
  string,
  { events: number; views: number; people: number; paths: Record<string, number> }
>;

/** What a preview must say of two sets of figures. */
function difference(
  before: Figures,
  after: Figures,
): Pick<PreviewResult, 'total' | 'days'> & { paths: unknown } {
  const total = (figures: Figures) => ({
    events: Object.values(figures).reduce((sum, { events }) => sum + events, 0),
    pageViews: Object.values(figures).reduce((sum, { views }) => sum + views, 0),
  });
  const of = (day: Figures[string] | undefined) => ({
    events: day?.events ?? 0,
    pageViews: day?.views ?? 0,
    uniqueVisitors: day?.people ?? 0,
  });
  const views = (figures: Figures) => {
    const paths = new Map<string, number>();
    for (const day of Object.values(figures))
      for (const [path, count] of Object.entries(day.paths)) paths.set(path, (paths.get(path) ?? 0) + count);
    return paths;
  };
  const [old, young] = [views(before), views(after)];
  return {
    total: { before: total(before), after: total(after) },
    days: [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .map((day) => ({ day, before: of(before[day]), after: of(after[day]) }))
      .filter((day) => JSON.stringify(day.before) !== JSON.stringify(day.after)),
    paths: [...new Set([...old.keys(), ...young.keys()])]
      .map((path) => ({ path, before: old.get(path) ?? null, after: young.get(path) ?? null }))
      .filter((each) => each.before !== each.after)
      .sort(
        (a, b) =>
          Math.abs((b.after ?? 0) - (b.before ?? 0)) - Math.abs((a.after ?? 0) - (a.before ?? 0)) ||
          (a.path < b.path ? -1 : 1),
      ),
  };
}

test('says what is then the case, and changes nothing that is served', async () => {
  await lab.started({ projections: everyProjection, limits: small });
  await append(0, 400);
  await lab.drained();
  const before = await served(lab);
  const figures = (await servedFigures(lab, 'site-a')) as Figures;
  const expected = difference(figures, countedByHand('site-a', 0, 400, true) as Figures);
  expect(expected.days).toHaveLength(3);
  const id = await preview(RULES);
  expect(await resultOf(id)).toEqual({
    revision: 0,
    position: { partition: 0, sequence: await lab.floor() },
    ...expected,
  });
  expect(await served(lab)).toEqual(before);
  expect(await lab.query(`SELECT rules, time_zone, revision FROM site WHERE name = 'site-a'`)).toEqual([
    { rules: [], time_zone: 'UTC', revision: 0 },
  ]);
  await waitFor(async () => (await lab.query('SELECT FROM spare_row_set')).length === 0, { timeout: 30_000 });

  await moved(lab, 'site-a', 'UTC', 1, RULES);
  expect(difference(figures, (await servedFigures(lab, 'site-a')) as Figures)).toEqual(expected);
  // The other way round, and what would change nothing.
  const back = await resultOf(await preview([]));
  expect(back).toMatchObject({
    revision: 1,
    total: { before: expected.total.after, after: expected.total.before },
  });
  expect(await resultOf(await preview(RULES))).toMatchObject({ days: [], paths: [] });

  const zone = await resultOf(await preview(RULES, 'Asia/Kathmandu'));
  expect(zone.total.after).toEqual(zone.total.before);
  await moved(lab, 'site-a', 'Asia/Kathmandu', 2, RULES);
  const moving = (await servedFigures(lab, 'site-a')) as Figures;
  expect(
    Object.fromEntries(zone.days.map(({ day, after }) => [day, after.events]).filter(([, n]) => n !== 0)),
  ).toEqual(
    Object.fromEntries(
      Object.entries(moving)
        .map(([day, { events }]) => [day, events])
        .filter(([day]) => zone.days.some((each) => each.day === day)),
    ),
  );
  expect(told(await verify(lab))).toEqual([]);
});

test('while events stream in it compares one moment, and waits for a change of the same site, not of another one', async () => {
  let held = false;
  let reached = 0;
  const wait = async () => {
    reached++;
    if (held) await waitFor(() => !held, { timeout: 60_000 });
  };
  await lab.started({
    projections: everyProjection,
    limits: small,
    failpoints: { reproject_before_switch: wait },
  });
  await append(0, 200);
  await lab.drained();
  held = true;
  const change = await order(lab, 'site-a', 'UTC', 1, RULES);
  await waitFor(() => reached > 0, { timeout: 30_000 });
  const waiting = await preview([]);
  held = false;
  await endOf(lab, change);
  const result = await resultOf(waiting);
  expect(result.revision).toBe(1);

  let going = true;
  let sent = 200;
  const streaming = (async () => {
    for (; going; sent += 20) {
      await append(sent, sent + 20);
      await lab.drained();
    }
  })();
  const ids = [await preview([]), await preview([], 'UTC', 'site-b'), await preview(RULES, 'UTC', 'site-b')];
  const results: PreviewResult[] = [];
  for (const id of ids) results.push(await resultOf(id));
  going = false;
  await streaming;
  const [ruledToNone, none, noneToRules] = results;
  // At whatever moment: 16 cases, of which 5 are left out.
  const { before, after } = ruledToNone?.total ?? { before: { events: 0 }, after: { events: 0 } };
  expect(before.events).toBeGreaterThan(after.events * 0.6);
  expect(before.events).toBeLessThan(after.events * 0.8);
  expect(none).toMatchObject({ days: [], paths: [] });
  expect(noneToRules?.total.after.events).toBeLessThan(noneToRules?.total.before.events ?? 0);
});

test('one that nobody wants any more ends, and what cannot be tried says why', async () => {
  let stuck = true;
  let reached = 0;
  await lab.started({
    projections: everyProjection,
    limits: small,
    failpoints: {
      reproject_before_commit: () => {
        reached++;
        if (stuck) throw new Error('no further for now');
      },
    },
  });
  // So many messages that not all are left to the end.
  await append(0, 200, 1);
  await lab.drained();
  const before = await served(lab);
  const id = await preview(RULES);
  await waitFor(() => reached > 0, { timeout: 30_000 });
  expect(await cancelPreview(lab.pool, id)).toBe(true);
  stuck = false;
  // The next one goes on as if nothing had been.
  const next = await preview(RULES);
  expect(await cancelPreview(lab.pool, await order(lab, 'site-b', 'UTC', 1))).toBe(false);
  await resultOf(next);
  expect(await cancelPreview(lab.pool, next)).toBe(false);
  expect(await findJob(rowsOf(lab.pool), id)).toMatchObject({ state: 'cancelled', error: null });
  expect(await served(lab)).toEqual(before);
  // What was filled goes.
  await waitFor(
    async () => (await lab.query(`SELECT FROM spare_row_set WHERE settings -> 'rules' <> '[]'`)).length === 0,
    { timeout: 30_000 },
  );

  const failed = async (change: object) =>
    (await ended(lab, await requestJob(lab.pool, 'preview', { site: 'site-a', timeZone: 'UTC', ...change })))
      .error;
  expect(await failed({ site: 'nowhere' })).toBe('there is no site "nowhere" with events');
  expect(await failed({ timeZone: 'Mars' })).toMatch(/^timeZone must be /);
  expect(await failed({ rules: [{}] })).toMatch(/^rules\[0\]\.kind must be one of /);
});
