import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fold } from '#projection/fold.js';
import { MemberCache } from '#projection/member-cache.js';
import { createTables } from '#projection/table.js';
import { projections } from '#projections/index.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { byHand } from './support/by-hand.js';
import { everyMeasure } from './support/every-measure.js';
import { PARTITIONS, randomLog, SITES, type Logged } from './support/events.js';
import { expected } from './support/oracle.js';
import { newRandom } from './support/random.js';
import { readTables, type Contents } from './support/tables.js';

// Fold and SQL alone, on a real PostgreSQL. What needs the log and the projector: projector.spec.ts.
const all = [...projections, everyMeasure];
const random = newRandom('laws of the fold');
const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
const zoneOf = (site: string) => zones[SITES.indexOf(site) % zones.length] ?? 'UTC';
const siteOf = (site: string) => ({ id: site, timeZone: zoneOf(site), rules: [], revision: 0 });
const rowSetOf = (site: string) => SITES.indexOf(site) + 1;

let database: TestDatabase;
let clients: pg.Client[];
let generation = 0;

beforeAll(async () => {
  database = await createDatabase();
  clients = await Promise.all(
    Array.from({ length: PARTITIONS }, async () => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      return client;
    }),
  );
  await one().query('CREATE TABLE law_site (row_set int PRIMARY KEY, name text)');
  for (const site of SITES) await one().query('INSERT INTO law_site VALUES ($1, $2)', [rowSetOf(site), site]);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
});

const one = () => clientOf(0);
function clientOf(partition: number): pg.Client {
  const client = clients[partition];
  if (!client) throw new Error('no such client');
  return client;
}

async function newGeneration(): Promise<number> {
  generation += 1;
  for (const p of all) for (const statement of createTables(p, generation)) await one().query(statement);
  return generation;
}

type End = 'COMMIT' | 'ROLLBACK';

async function apply(
  number: number,
  batch: readonly Logged[],
  o: { client?: pg.Client; known?: MemberCache; end?: End } = {},
): Promise<void> {
  const client = o.client ?? one();
  const end = o.end ?? 'COMMIT';
  await client.query('BEGIN');
  const folds = all.map((p) => new Fold(p, number, o.known));
  for (const fold of folds) {
    for (const { event, position } of batch) {
      fold.add(rowSetOf(event.site), event, position, siteOf(event.site));
    }
    for (const { text, values } of fold.statements()) await client.query(text, [...values]);
  }
  await client.query(end);
  if (end === 'COMMIT') for (const fold of folds) fold.committed();
}

async function contentsOf(number: number): Promise<Record<string, Contents>> {
  const read: Record<string, Contents> = {};
  for (const p of all) read[p.name] = await readTables(one(), p, number, 'law_site');
  return read;
}

describe('split: however a log is cut into batches, the tables hold what the events say', () => {
  const log = randomLog(random, 1_500);
  const truth = Object.fromEntries(all.map((p) => [p.name, expected(p, log, siteOf)]));

  test.each<[string, () => Logged[][]]>([
    ['one batch', () => [log]],
    ['one by one', () => log.map((each) => [each])],
    ['random cuts', () => random.cut(log, 200)],
    ['batches in any order', () => random.shuffled(random.cut(log, 120))],
    ['events in any order', () => random.cut(random.shuffled(log), 120)],
    ['backwards', () => random.cut([...log].reverse(), 300)],
  ])('%s', async (_, cut) => {
    const number = await newGeneration();
    for (const batch of cut()) await apply(number, batch);
    expect(await contentsOf(number)).toEqual(truth);
  });

  test('partitions side by side', async () => {
    const number = await newGeneration();
    await Promise.all(
      clients.map(async (client, partition) => {
        const mine = log.filter(({ position }) => position.partition === partition);
        for (const batch of random.cut(mine, 60)) await apply(number, batch, { client });
      }),
    );
    expect(await contentsOf(number)).toEqual(truth);
  });

  test.each([20, 1_000, 100_000])('with %i members known, and batches rolled back', async (limit) => {
    const number = await newGeneration();
    const known = new MemberCache(limit);
    for (const batch of random.cut(log, 100)) {
      if (random.chance(0.3)) await apply(number, batch, { known, end: 'ROLLBACK' });
      await apply(number, batch, { known });
    }
    expect(await contentsOf(number)).toEqual(truth);
  });

  test('the shipped read models say what the events say, worked out without them', async () => {
    const number = await newGeneration();
    await apply(number, log);
    expect(await contentsOf(number)).toMatchObject(byHand(log, zoneOf));
  });

  test('the events are such that every table has rows to lose', () => {
    const sizes = Object.values(truth).flatMap((contents) =>
      Object.values(contents).map((rows) => rows.length),
    );
    expect(Math.min(...sizes)).toBeGreaterThan(30);
  });
});
