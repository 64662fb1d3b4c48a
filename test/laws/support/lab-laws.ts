import { expect } from 'vitest';
import { decodeEvent, encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';
import { Lab } from '../../e2e/support/projector-lab.js';
import { readAll } from '../../harness/event-log.js';
import { everyMeasure } from './every-measure.js';
import { PARTITIONS, partitionOf, RandomEvents, SITES, type Logged } from './events.js';
import { expected } from './oracle.js';
import type { Random } from './random.js';
import { readTables, type Contents } from './tables.js';

export const lawful: readonly Projection[] = [...projections, everyMeasure];

export const openLab = (): Promise<Lab> => Lab.open(PARTITIONS);

/**
 * Appends events of every site to all partitions at once, in messages of random sizes. Some of them come again, up to
 * `copies` times, right away or long after, before or behind what they repeat, some with other content; some share their
 * ID with an event of another site; some lines are no events at all.
 */
export class Feed {
  private readonly events: RandomEvents;

  constructor(
    private readonly lab: Lab,
    private readonly random: Random,
    private readonly copies = 3,
  ) {
    this.events = new RandomEvents(random);
  }

  async append(count: number): Promise<void> {
    const lines = Array.from({ length: PARTITIONS }, (): string[] => []);
    for (let i = 0; i < count; i++) {
      for (const event of this.withRepeats(this.events.event())) {
        const mine = lines[partitionOf(event.site)] ?? [];
        mine.splice(
          this.random.chance(0.5) ? mine.length : this.random.below(mine.length),
          0,
          encodeEvent(event),
        );
      }
    }
    for (const mine of lines) {
      const bad = this.random.pick(['not json', '{"v":1}', '{"v":99}', '']);
      mine.splice(this.random.below(mine.length), 0, bad);
    }
    await Promise.all(
      lines.map(async (mine, partition) => {
        for (const message of this.random.cut(mine, 60)) await this.lab.appendLines(message, partition);
      }),
    );
  }

  private withRepeats(event: StoredEvent): StoredEvent[] {
    const { random } = this;
    const all = [event];
    if (random.chance(0.1)) {
      for (let i = random.below(this.copies + 1); i > 0; i--) all.push(this.events.repeatOf(event));
    }
    if (random.chance(0.03)) all.push({ ...this.events.event(random.pick(SITES)), id: event.id });
    return all;
  }
}

interface Truth {
  readonly contents: Record<string, Contents>;
  readonly counted: number;
  readonly duplicates: number;
  readonly unreadable: number;
}

/** From the log as it stands: the first event with an ID counts, in the order of the log. */
export async function truthOf(lab: Lab, of: readonly Projection[] = lawful): Promise<Truth> {
  const seen = new Set<string>();
  const counted: Logged[] = [];
  let unreadable = 0;
  let duplicates = 0;
  for (let partition = 0; partition < lab.log.partitions; partition++) {
    for (const { line, sequence, ordinal } of await readAll(lab.log, partition)) {
      const decoded = decodeEvent(line);
      if (!decoded.ok) {
        unreadable += 1;
        continue;
      }
      const { event } = decoded;
      const id = `${event.site} ${event.id}`;
      if (seen.has(id)) duplicates += 1;
      else counted.push({ event, position: { partition, sequence, ordinal } });
      seen.add(id);
    }
  }
  const siteOf = (id: string) => ({ id, timeZone: 'UTC', rules: [], revision: 0 });
  const contents = Object.fromEntries(of.map((p) => [p.name, expected(p, counted, siteOf)]));
  return { contents, counted: counted.length, duplicates, unreadable };
}

const SITE_OF_ROW_SET = '(SELECT r.row_set, s.name FROM row_set r JOIN site s ON s.id = r.site_id)';

export async function contentsOf(
  lab: Pick<Lab, 'pool'>,
  generation: (p: Projection) => number,
  of: readonly Projection[] = lawful,
): Promise<Record<string, Contents>> {
  const contents: Record<string, Contents> = {};
  for (const p of of) contents[p.name] = await readTables(lab.pool, p, generation(p), SITE_OF_ROW_SET);
  return contents;
}

/** After the drain: every row of every read model, and what became of every line of the log. */
export async function expectTruth(
  lab: Lab,
  generation = 1,
  of: readonly Projection[] = lawful,
): Promise<Truth> {
  await lab.drained(60_000).catch(async (error: unknown) => {
    const state = await lab.query(
      'SELECT partition, sequence, owner, stopped_reason FROM partition ORDER BY 1',
    );
    throw new Error(`not drained: ${JSON.stringify(state)}`, { cause: error });
  });
  const truth = await truthOf(lab, of);
  expect(await contentsOf(lab, () => generation, of)).toEqual(truth.contents);
  const [row] = await lab.query<{ counted: number; duplicates: number; unreadable: number }>(
    `SELECT sum(events)::int AS counted, sum(duplicates)::int AS duplicates,
       (SELECT count(*)::int FROM dead_letter WHERE generation_id IS NULL) AS unreadable FROM partition`,
  );
  const { counted, duplicates, unreadable } = truth;
  expect(row).toEqual({ counted, duplicates, unreadable });
  return truth;
}
