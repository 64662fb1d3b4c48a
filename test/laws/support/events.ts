import { BUILT_IN_TYPES, customEventType } from '#events/event-types.js';
import type { Position } from '#events/position.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { Random } from './random.js';
import { anySender } from './senders.js';

export interface Logged {
  readonly event: StoredEvent;
  readonly position: Position;
}

export const PARTITIONS = 4;
/** Three in each partition but the last, which has one. */
export const SITES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'only'].map((name) => `site-${name}`);
export const partitionOf = (site: string): number => Math.floor(SITES.indexOf(site) / 3);

export const beerPoured = customEventType('beer_poured');
const types = [
  ...BUILT_IN_TYPES.map(({ name }) => name),
  beerPoured,
  'Größe "XL"',
  'NULL',
  "it's; DROP TABLE site",
  'x'.repeat(400),
];

/** Midnights, the days on which clocks change, leap days, the ends of what a time may be. */
const oddTimes = [
  '1995-01-01T00:00:00.000Z',
  '1999-12-31T23:59:59.999Z',
  '2000-01-01T00:00:00.000Z',
  '2011-12-30T10:00:00.000Z',
  '2026-03-08T07:00:00.000Z',
  '2026-03-29T00:59:59.999Z',
  '2026-03-29T01:00:00.000Z',
  '2026-10-25T00:30:00.000Z',
  '2026-10-25T01:00:00.000Z',
  '2028-02-29T12:00:00.000Z',
  '9998-12-31T23:59:59.999Z',
].map((text) => Date.parse(text));

const oddPaths = [
  '',
  '/',
  'NULL',
  '{}',
  '{"a",b}',
  '\\',
  '\\"',
  "'",
  '/a\nb\tc',
  '/ü',
  '/u\u0308',
  '/😀',
  '/a b',
  '%00',
];
const oddVisitors = [
  '0',
  'null',
  'ABCDEF00-1111-4111-8111-111111111111',
  'abcdef00-1111-4111-8111-111111111111',
];

/** Makes events that are hard on a projection: few days and many, hot keys and rare ones, odd text, odd times. */
export class RandomEvents {
  private readonly visitors: readonly string[];
  private readonly base = Date.UTC(2026, 2, 28);

  constructor(private readonly random: Random) {
    this.visitors = [...oddVisitors, ...Array.from({ length: 150 }, () => random.uuid())];
  }

  event(site = this.random.pick(SITES)): StoredEvent {
    const { random } = this;
    const occurredAt = this.time();
    const path = this.path();
    return {
      v: 1,
      id: random.uuid(),
      site,
      type: random.chance(0.6) ? 'page_view' : random.pick(types),
      occurredAt,
      receivedAt: occurredAt + random.below(48 * 3_600_000),
      visitorId: random.pick(this.visitors),
      ...(random.chance(0.15) ? { userId: `user ${random.below(20)}` } : {}),
      ...(path === undefined ? {} : { path }),
      ...anySender(random),
      properties: {
        amount: `${random.below(2) === 0 ? '-' : ''}${random.below(1_000)}.${random.below(1_000_000)}`,
      },
      source: { dialect: 'law' },
    };
  }

  /** A retry: mostly the very same event, sometimes one that only has its ID. */
  repeatOf(event: StoredEvent): StoredEvent {
    return this.random.chance(0.7) ? event : { ...this.event(event.site), id: event.id };
  }

  private time(): number {
    const { random } = this;
    if (random.chance(0.2)) return random.pick(oddTimes);
    const midnight = this.base + random.below(4) * 86_400_000;
    return random.chance(0.2) ? midnight - random.below(2) : midnight + random.below(86_400_000);
  }

  private path(): string | undefined {
    const { random } = this;
    if (random.chance(0.05)) return undefined;
    if (random.chance(0.1)) return random.pick(oddPaths);
    if (random.chance(0.01)) return `/${random.uuid().repeat(60).slice(0, 1_999)}`;
    return `/page/${random.below(random.pick([3, 30, 3_000]))}`;
  }
}

/** Distinct events at their places in the log: what is left once the ledger has dropped the repeats. */
export function randomLog(random: Random, count: number): Logged[] {
  const events = new RandomEvents(random);
  const heads = Array.from({ length: PARTITIONS }, () => ({ sequence: 1, ordinal: 0 }));
  return Array.from({ length: count }, () => {
    const event = events.event();
    const partition = partitionOf(event.site);
    const head = heads[partition] ?? { sequence: 1, ordinal: 0 };
    if (random.chance(0.1)) {
      // Far enough for several blocks of the log: a jump is legal where messages were deleted.
      head.sequence += 1 + random.below(200);
      head.ordinal = 0;
    }
    return { event, position: { partition, sequence: head.sequence, ordinal: head.ordinal++ } };
  });
}
