import { afterAll, beforeAll, expect, test } from 'vitest';

import { CheckpointWatch } from '#api/checkpoint-watch.js';
import { createPool } from '#database/pool.js';
import { DatabaseUnavailable, ProjectionBehind, Snapshot } from '#database/snapshot.js';

import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type ApiApp, HandFeed, startApi } from './support/api-app.js';
import { ask } from './support/ask.js';
import { ReadModels } from './support/read-models.js';

// Checkpoints that the test moves by hand, and a change feed that says nothing unless told.
let database: TestDatabase;
let api: ApiApp;
let generations: number[];

beforeAll(async () => {
  database = await createDatabase();
  api = await startApi(database.url);
  const models = new ReadModels(api.pool);
  await models.partitions(2);
  generations = await models.build({}, 5);
  await models.serve(generations);
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

const move = (sequence: number, which = generations) =>
  api.pool.query('UPDATE checkpoint SET sequence = $1 WHERE partition = 1 AND generation_id = ANY ($2)', [
    sequence,
    which,
  ]);

test('a notice that got lost costs a tenth of a second, no answer', async () => {
  await move(5);
  const answer = ask(api, 'query @waitFor(receipt: "1:6:3", seconds: 30) { sites { id } }');
  await expect.poll(() => api.feed.watchers('')).toBe(1);
  await move(6);
  const { errors, extensions } = await answer;
  expect(errors).toBeUndefined();
  expect(extensions?.['position']).toBe('0:5,1:6');
  expect(api.feed.watchers('')).toBe(0);
});

test('every served generation must have it: the last one decides', async () => {
  await move(5);
  await move(9, generations.slice(1));
  const { errors } = await ask(api, 'query @waitFor(receipt: "1:9:0", seconds: 0.2) { sites { id } }');
  expect(errors?.[0]?.extensions).toEqual({ code: 'PROJECTION_BEHIND', position: '1:5' });
});

test('the very snapshot is judged too: a wait that was right a moment ago gives no older figures', async () => {
  await move(5);
  const snapshot = new Snapshot(api.pool);
  snapshot.atLeast = { partition: 1, sequence: 6 };
  const failure = { wanted: { partition: 1, sequence: 6 }, reached: 5 };
  await expect(snapshot.query('SELECT 1')).rejects.toBeInstanceOf(ProjectionBehind);
  await expect(snapshot.position()).rejects.toMatchObject(failure);
  await snapshot.close();
});

test('a partition that nothing was projected of stands at 0', async () => {
  const { errors } = await ask(api, 'query @waitFor(receipt: "7:1:0", seconds: 0) { sites { id } }');
  expect(errors?.[0]?.extensions).toEqual({ code: 'PROJECTION_BEHIND', position: '7:0' });
});

test('without a database nothing is said about the figures', async () => {
  const pool = createPool('postgres://nobody@127.0.0.1:1/none');
  const watch = new CheckpointWatch(new HandFeed(), pool);
  await expect(watch.reached({ partition: 0, sequence: 1 }, 100)).rejects.toBeInstanceOf(DatabaseUnavailable);
  await pool.end();
});
