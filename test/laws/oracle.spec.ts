import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projections } from '#projections/index.js';
import type { Lab } from '../e2e/support/projector-lab.js';
import { readAll } from '../harness/event-log.js';
import { batchSteps, ProjectorProcess } from '../harness/projector-process.js';
import { byHand } from './support/by-hand.js';
import { busyDays, zoneOf, type Line } from './support/busy-days.js';
import { PARTITIONS, partitionOf, SITES, type Logged } from './support/events.js';
import { contentsOf, openLab } from './support/lab-laws.js';
import { expected } from './support/oracle.js';
import { newRandom } from './support/random.js';

const EVENTS = 20_000;
const TIMES = 2;

const random = newRandom('the oracle');
let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  for (const site of SITES) {
    await lab.query('INSERT INTO site (name, partition, time_zone) VALUES ($1, $2, $3)', [
      site,
      partitionOf(site),
      zoneOf(site),
    ]);
  }
});
afterAll(() => lab.close());

/** In record batches of random sizes, all partitions at once, each in the order of the lines. */
async function append(lines: readonly Line[]): Promise<void> {
  await Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => {
      const mine = lines.filter((line) => line.partition === partition).map(({ text }) => text);
      for (const part of random.cut(mine, random.pick([5, 30, 120]))) await lab.appendLines(part, partition);
    }),
  );
}

/** Killed once at each point in turn, after a few batches, and started again. */
async function lives(): Promise<void> {
  for (let time = 0; time < TIMES; time++) {
    for (const point of random.shuffled(batchSteps)) {
      const stops = [{ point, how: 'kill', pass: 1 + random.below(4) } as const];
      const running = await start({ stops });
      expect((await running.ended()).signal, running.output).toBe('SIGKILL');
    }
  }
}

const start = (o: Parameters<typeof ProjectorProcess.start>[1]) =>
  ProjectorProcess.start(
    { databaseUrl: lab.database.url, natsUrl: lab.nats.url },
    { ...o, limits: { batchEvents: 150 } },
  );

/** What the log as it stands comes to: maps, sets and the test's own knowledge of each line; no code of the product's. */
async function oracle(lines: readonly Line[]) {
  const fates = new Map(lines.map(({ text, partition, fate }) => [`${partition} ${text}`, fate]));
  const claimed = new Set<string>();
  const counted: Logged[] = [];
  const letters: string[] = [];
  let duplicates = 0;
  let stored = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (const { line, sequence, ordinal } of await readAll(lab.log, partition)) {
      stored++;
      const at = `${partition}:${sequence}.${ordinal}`;
      const fate = fates.get(`${partition} ${line}`);
      if (!fate) throw new Error(`nobody sent what stands at ${at}: ${line}`);
      if (fate.kind === 'poison') {
        letters.push(`${at} ${fate.reason}`);
        continue;
      }
      const id = `${fate.event.site} ${fate.event.id}`;
      if (claimed.has(id)) {
        duplicates++;
        continue;
      }
      claimed.add(id);
      counted.push({ event: fate.event, position: { partition, sequence, ordinal } });
    }
  }
  const contents = {
    ...Object.fromEntries(projections.map((p) => [p.name, expected(p, counted, siteOf)])),
    ...byHand(counted, zoneOf),
  };
  return { stored, counted: counted.length, duplicates, letters: letters.sort(), contents };
}

// A read model that by-hand.ts does not know yet is worked out from its `project`.
const siteOf = (site: string) => ({ id: site, timeZone: zoneOf(site), rules: [], revision: 0 });

describe('exactly once: killed at every step of a batch, again and again', () => {
  const lines = busyDays(random, EVENTS);

  test('the lines are what they should be', () => {
    const of = (kind: string) => lines.filter(({ fate }) => fate.kind === kind).length;
    expect(lines.length).toBeGreaterThanOrEqual(EVENTS);
    expect(of('poison')).toBeGreaterThan(3);
    expect(of('poison')).toBeLessThan(60);
    const late = lines.filter(
      ({ fate }) => 'event' in fate && fate.event.receivedAt - fate.event.occurredAt > 60_000,
    );
    expect(late.length).toBeGreaterThan(EVENTS / 20);
  });

  test('F06 F16 every row of every read model, and what became of every line, is what the log says', async () => {
    await Promise.all([lives(), append(lines)]);
    const last = await start({});
    await lab.drained(120_000);
    const truth = await oracle(lines);
    expect(truth.stored).toBe(lines.length);
    expect(truth.duplicates).toBeGreaterThan(EVENTS / 40);

    expect(await contentsOf(lab, () => 1, projections)).toEqual(truth.contents);
    const letters = await lab.query<{ letter: string }>(
      `SELECT partition || ':' || sequence || '.' || ordinal || ' ' || reason AS letter FROM dead_letter`,
    );
    expect(letters.map(({ letter }) => letter).sort()).toEqual(truth.letters);
    const [sums] = await lab.query<{ projected: number; duplicates: number }>(
      'SELECT sum(events)::int AS projected, sum(duplicates)::int AS duplicates FROM partition',
    );
    expect(sums).toEqual({ projected: truth.counted, duplicates: truth.duplicates });
    const { projected = 0, duplicates = 0 } = sums ?? {};
    expect(
      projected + duplicates + letters.length,
      'accepted = projected + deduplicated + dead-lettered',
    ).toBe(lines.length);
    await last.kill('SIGTERM');
  });
});
