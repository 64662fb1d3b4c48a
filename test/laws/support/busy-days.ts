import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import { PARTITIONS, partitionOf, SITES } from './events.js';
import type { Random } from './random.js';
import { anySender } from './senders.js';

const HOUR = 3_600_000;

/** Sites live in different zones; their clocks change within the days of the log. */
const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
export const zoneOf = (site: string): string => zones[SITES.indexOf(site) % zones.length] ?? 'UTC';

/** A clock changes in one of the zones above: the middle of three days of events. */
const changes = [
  '2026-03-08T05:30:00Z',
  '2026-03-29T01:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-10-03T15:30:00Z',
  '2026-10-25T01:00:00Z',
].map((text) => Date.parse(text));

export type Fate =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  /** Not an event, or one of a site of another partition: counted nowhere. */
  | { readonly kind: 'poison'; readonly reason: string };

export interface Line {
  readonly text: string;
  readonly partition: number;
  readonly fate: Fate;
}

/**
 * A log of `count` lines as apps would have sent them, in the order of their arrival: out of order, a tenth of them up to 48
 * hours late; one in twenty sent before (the very same, or something else under its ID), at once or days later; one in a
 * thousand poison.
 */
export function busyDays(random: Random, count: number): Line[] {
  const visitors = Array.from({ length: 400 }, () => random.uuid());
  const event = (): StoredEvent => {
    const site = random.pick(SITES);
    const occurredAt = momentIn(random);
    const late = random.chance(0.1) ? random.below(48 * HOUR) : random.below(20_000);
    return {
      v: 1,
      id: random.uuid(),
      site,
      type: random.chance(0.7) ? 'page_view' : random.pick(['click', 'sign_up', 'Größe "XL"']),
      occurredAt,
      receivedAt: occurredAt + late,
      visitorId: random.pick(visitors),
      ...(random.chance(0.2) ? { userId: `user ${random.below(60)}` } : {}),
      ...pathOf(random),
      ...anySender(random),
      source: { dialect: 'oracle' },
    };
  };
  const arrivals: { readonly at: number; readonly line: Line }[] = [];
  const arrive = (at: number, line: Line) => arrivals.push({ at, line });
  while (arrivals.length < count) {
    const first = event();
    arrive(first.receivedAt, lineOf(first));
    if (random.chance(0.05 / 0.95)) {
      const again = random.chance(0.6) ? first : { ...event(), site: first.site, id: first.id };
      const later = random.chance(0.5) ? random.below(2_000) : random.below(96 * HOUR);
      // Where both arrive together, either may be the first in the log.
      arrive(first.receivedAt + later, lineOf(again));
    }
    if (random.chance(0.001)) arrive(first.receivedAt, poison(random, event()));
  }
  return arrivals.sort((a, b) => a.at - b.at).map(({ line }) => line);
}

/** Around a change of clocks, often within two hours of it or of a midnight. */
function momentIn(random: Random): number {
  const change = random.pick(changes);
  if (random.chance(0.2)) return change + random.below(4 * HOUR) - 2 * HOUR;
  const midnight = Math.floor(change / (24 * HOUR)) * 24 * HOUR + (random.below(4) - 1) * 24 * HOUR;
  if (random.chance(0.2)) return midnight + random.below(2_000) - 1_000;
  return change + random.below(72 * HOUR) - 36 * HOUR;
}

function pathOf(random: Random): { path?: string } {
  if (random.chance(0.05)) return {};
  if (random.chance(0.01)) return { path: `/half/${random.below(20)}\ud800` };
  return { path: `/page/${random.below(random.pick([3, 40, 900]))}` };
}

/** Half a surrogate pair, which is no text, counts as U+FFFD. */
function lineOf(event: StoredEvent): Line {
  const { path } = event;
  const counted = path === undefined ? event : { ...event, path: path.replace(/\ud800/, '\ufffd') };
  return {
    text: encodeEvent(event),
    partition: partitionOf(event.site),
    fate: { kind: 'event', event: counted },
  };
}

function poison(random: Random, event: StoredEvent): Line {
  const partition = partitionOf(event.site);
  const good = encodeEvent(event);
  const bad = (reason: string, text: string, where = partition): Line => ({
    text,
    partition: where,
    fate: { kind: 'poison', reason },
  });
  return random.pick([
    () => bad('malformed_json', good.slice(0, 40)),
    () => bad('malformed_json', `${'['.repeat(9_000)}`),
    () => bad('unknown_version', good.replace('"v":1', '"v":99')),
    () => bad('invalid_envelope', good.replace(/"occurredAt":\d+/, '"occurredAt":1e999999')),
    () => bad('invalid_envelope', encodeEvent({ ...event, path: 'a\u0000b' })),
    () => bad('invalid_envelope', good.replace(event.id, 'no UUID')),
    () => bad('wrong_partition', good, (partition + 1) % PARTITIONS),
  ])();
}
