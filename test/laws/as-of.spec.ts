import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoredEvent } from '#events/stored-event.js';
import { labEvent, uuidOf } from '../e2e/support/projector-lab.js';
import { answered, counted, PARTITION, PastLab, RANGE, type Seen } from '../e2e/support/past-lab.js';
import { newRandom } from './support/random.js';

let lab: PastLab;
beforeAll(async () => {
  lab = await PastLab.open();
});
afterAll(() => lab.stop());

const HOUR = 3_600_000;
const COUNTS = '{ pageViews events uniqueVisitors }';
const DIFFERENCE = `asOf { difference(range: ${RANGE}) {
  days { day then ${COUNTS} now ${COUNTS} arrived ${COUNTS} settings ${COUNTS} } changes { action } } }`;
const NOTHING = { pageViews: 0, events: 0, uniqueVisitors: 0 };
type Counts = typeof NOTHING;

interface Difference {
  readonly days: readonly ({ readonly day: string } & Record<
    'then' | 'now' | 'arrived' | 'settings',
    Counts
  >)[];
  readonly changes: readonly unknown[];
}

const minus = (a: Counts = NOTHING, b: Counts = NOTHING): Counts => ({
  pageViews: a.pageViews - b.pageViews,
  events: a.events - b.events,
  uniqueVisitors: a.uniqueVisitors - b.uniqueVisitors,
});
/** One after the other. */
const ERAS: readonly { seen: Seen; change?: (lab: PastLab) => Promise<void> }[] = [
  { seen: { timeZone: 'UTC' } },
  { seen: { timeZone: 'Asia/Kathmandu' }, change: (shop) => shop.timeZone('Asia/Kathmandu') },
  {
    seen: { timeZone: 'Asia/Kathmandu', leftOut: '/page/3' },
    change: (shop) => shop.rule('{ kind: EXCLUDE_PATH, pattern: "/page/3" }'),
  },
  {
    seen: { timeZone: 'Asia/Kathmandu', leftOut: '/page/3', merged: ['/page/1', '/page/2'] },
    change: (shop) => shop.rule('{ kind: MERGE_PATH, from: "/page/1", to: "/page/2" }'),
  },
  {
    seen: { timeZone: 'America/New_York', leftOut: '/page/3', merged: ['/page/1', '/page/2'] },
    change: (shop) => shop.timeZone('America/New_York'),
  },
];

test('figures as of any position, and any time, are what the log up to there adds up to under the settings of then', async () => {
  const random = newRandom('as of');
  await lab.project({ limits: { batchEvents: 40, buildBatches: 1 } });
  const start = Date.UTC(2026, 2, 1);
  let n = 0;
  const sent: StoredEvent[] = [];
  const some = (site: string): StoredEvent => {
    // Some are late by days, some are sent again, in the same message or much later.
    if (sent.length > 0 && random.chance(0.15)) return random.pick(sent);
    // However many there are, none is of a time that has not come.
    const occurredAt = start + (n++ * HOUR) / 8 - (random.chance(0.3) ? random.below(80) * HOUR : 0);
    const event = labEvent(site, n, {
      occurredAt,
      visitorId: uuidOf(`visitor ${random.below(12)}`),
      // No event at all, and one that is a dead letter of one read model.
      path: n % 97 === 0 ? '/x'.repeat(3_000) : n % 61 === 0 ? '/\0' : `/page/${random.below(6)}`,
    });
    if (site === 'shop') sent.push(event);
    return event;
  };

  /** Moments between two messages, with the last position before each. */
  const moments: { time: number; position: string; seen: Seen }[] = [];
  for (const { seen, change } of ERAS) {
    await change?.(lab);
    for (let message = 0; message < 5; message++) {
      const size = 1 + random.below(25);
      const events = Array.from({ length: size }, () => some(random.chance(0.7) ? 'shop' : 'shop-2'));
      const position = await lab.append(events);
      await sleep(3);
      moments.push({ time: Date.now() - 1, position, seen });
    }
  }
  await lab.drained();

  const lines = await lab.lines();
  const seenAt = (sequence: number) =>
    moments.find(({ position }) => Number(position.split(':')[1]) >= sequence)?.seen ?? { timeZone: '' };
  const own = lines.filter(({ event }) => event.site === 'shop');
  const ownUpTo = (sequence: number, ordinal: number) =>
    own.filter((line) => line.sequence < sequence || (line.sequence === sequence && line.ordinal <= ordinal));
  const upTo = (sequence: number, ordinal: number) => ownUpTo(sequence, ordinal).map(({ event }) => event);
  /** What others stored is no position of the site. */
  const lastOwn = (position: string): string => {
    const [, sequence = 0, ordinal = 0] = position.split(':').map(Number);
    const last = ownUpTo(sequence, ordinal).at(-1);
    return `${PARTITION}:${last?.sequence}:${last?.ordinal}`;
  };

  for (const { sequence, ordinal } of random.shuffled(own).slice(0, 12)) {
    const position = `${PARTITION}:${sequence}:${ordinal}`;
    const site = await lab.figures({ position }, 'asOf { position }');
    const seen = seenAt(sequence);
    expect({ position, ...site }).toMatchObject({ timeZone: seen.timeZone, asOf: { position } });
    expect({ position, ...answered(site) }).toEqual({ position, ...counted(upTo(sequence, ordinal), seen) });
  }
  for (const { time, position, seen } of random.shuffled(moments).slice(0, 5)) {
    const site = await lab.figures({ time: new Date(time).toISOString() }, 'asOf { position }');
    expect(site).toMatchObject({ timeZone: seen.timeZone, asOf: { position: lastOwn(position) } });
    expect(answered(site)).toEqual(
      counted(upTo(...(position.split(':').slice(1).map(Number) as [number, number])), seen),
    );
  }

  // Then against now, on the days and in the zone of each, with what came since under the settings of now between them.
  const now = { events: upTo(Infinity, 0), seen: ERAS.at(-1)?.seen ?? { timeZone: '' } };
  for (const moment of random.shuffled(moments).slice(0, 3)) {
    const position = lastOwn(moment.position);
    const [, sequence = 0, ordinal = 0] = position.split(':').map(Number);
    const seen = seenAt(sequence);
    const site = await lab.figures({ position }, DIFFERENCE);
    const { days, changes } = (site['asOf'] as { difference: Difference }).difference;
    const events = upTo(sequence, ordinal);
    const figures = [
      counted(events, seen),
      counted(events, now.seen),
      counted(now.events, now.seen),
    ] as const;
    const [then, middle, after] = figures.map(
      ({ days: by }) =>
        (day: string) =>
          by[day] ?? NOTHING,
    );
    for (const { day, ...told } of days)
      expect({ position, day, ...told }).toEqual({
        position,
        day,
        then: then?.(day),
        now: after?.(day),
        arrived: minus(after?.(day), middle?.(day)),
        settings: minus(middle?.(day), then?.(day)),
      });
    expect(changes).toHaveLength(ERAS.length - 1 - ERAS.findIndex((each) => each.seen === seen));
  }

  const last = own.at(-1);
  expect(await lab.figures({ position: `${PARTITION}:${last?.sequence}` })).toEqual(await lab.figures());
});
