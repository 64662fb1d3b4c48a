import { afterEach, beforeEach, expect, test } from 'vitest';
import { findJob, requestJob } from '#database/jobs.js';
import { projectionStatus } from '#database/projection-status.js';
import { rowsOf } from '#database/row-reader.js';
import type { StoredEvent } from '#events/stored-event.js';
import { retireVersion } from '#migrations/retire-version.js';
import type { Projection } from '#projection/types.js';
import { waitFor } from '../harness/wait-for.js';
import { days, Lab, labEvent, paths } from './support/projector-lab.js';
import { told, verify } from './support/verify-lab.js';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  const projector = await lab.started();
  await lab.append(events.slice(0, 300));
  await lab.drained();
  await projector.stop();
});
afterEach(() => lab.close());

const events = Array.from({ length: 350 }, (_, n) => labEvent('shop', n));

/** As with another version of a library: whoever derived the paths otherwise is gone from the code. */
const derive: Projection['project'] = (event, site, position) =>
  paths.project({ ...event, path: event.path?.toUpperCase() ?? '' }, site, position);

/** Views of each path, over all days. */
async function figures(): Promise<Record<string, number>> {
  const rows = (await lab.dump(paths)).flat().map((row) => String(row).replace(/^shop /, ''));
  return added(rows.map((row) => JSON.parse(row) as { path: string; views: number }));
}

function added(rows: readonly { path: string; views: number }[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { path, views } of rows) sums[path] = (sums[path] ?? 0) + views;
  return sums;
}

function expected(of: readonly StoredEvent[], derived: (path: string) => string): Record<string, number> {
  const views = of.filter(({ type }) => type === 'page_view');
  return added(views.map(({ path = '' }) => ({ path: derived(path), views: 1 })));
}

const asBefore = (path: string) => path;
const asNow = (path: string) => path.toUpperCase();

const served = async () =>
  (await projectionStatus(rowsOf(lab.pool)))
    .filter(({ status }) => status === 'served')
    .map(({ name, version }) => `${name} ${version}`);

test('a raised version alone does not start; with a migration that retires the one before, all is derived anew', async () => {
  const projections = [days, { ...paths, version: 2, project: derive }];
  await expect(lab.projector({ projections }).start()).rejects.toThrow(/lab_paths .* version 1.*version 2/);

  await retireVersion(lab.pool, ['lab_paths'], 1);
  expect(await served()).toEqual(['lab_days 1']);
  await lab.started({ projections });
  await lab.append(events.slice(300));
  await waitFor(async () => (await served()).includes('lab_paths 2'), {
    timeout: 30_000,
    message: 'the new version to be served',
  });
  await lab.drained();
  expect(await served()).toEqual(['lab_days 1', 'lab_paths 2']);
  expect(await figures()).toEqual(expected(events, asNow));
  expect(told(await verify(lab))).toEqual([]);
});

test('where the version stays, what comes is derived anew, and the past once it is rebuilt and switched', async () => {
  await lab.started({ projections: [days, { ...paths, project: derive }] });
  await lab.append(events.slice(300));
  await lab.drained();
  expect(await figures()).toEqual({
    ...expected(events.slice(0, 300), asBefore),
    ...expected(events.slice(300), asNow),
  });
  const { findings } = await verify(lab);
  expect(new Set(findings.map(({ projection }) => projection))).toEqual(new Set(['lab_paths']));

  const id = await requestJob(lab.pool, 'rebuild', { projection: 'lab_paths', swap: true });
  await waitFor(async () => (await findJob(rowsOf(lab.pool), id))?.state === 'done', {
    timeout: 30_000,
    message: 'the rebuild to be done',
  });
  expect(await figures()).toEqual(expected(events, asNow));
  expect(told(await verify(lab))).toEqual([]);
});
