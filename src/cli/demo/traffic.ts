import { eventIdFrom } from '#events/event-id.js';

import { Random } from './random.js';
import { visit, type Step } from './session.js';
import type { SiteModel } from './sites.js';

export interface DemoEvent extends Omit<Step, 'after'> {
  readonly siteId: string;
  /** Undefined for live traffic: made when it is sent. */
  readonly eventId: string | undefined;
  /** Milliseconds since the epoch; undefined for live traffic. */
  readonly occurredAt: number | undefined;
}

export interface BackfillPlan {
  readonly sites: readonly SiteModel[];
  /** Whole UTC days before today; today's hours so far come on top. */
  readonly days: number;
  /** Milliseconds since the epoch; the traffic ends with the last whole hour before it. */
  readonly until: number;
  readonly seed: number;
  /** Exactly so many events in all; undefined: as many as the sites usually have. */
  readonly events?: number | undefined;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Traffic of the past. Every (seed, site, hour) has the same events whenever it is asked for, ID and all, so a second
 * run adds nothing but the hours since. Roughly in the order of time; memory is bounded by one visit.
 */
export function* backfill(plan: BackfillPlan): Generator<DemoEvent> {
  for (const { site, hour, events } of hoursOf(plan)) yield* hourOfTraffic(site, hour, plan.seed, events);
}

/** How many events `backfill` will give. */
export function backfillSize(plan: BackfillPlan): number {
  let sum = 0;
  for (const { events } of hoursOf(plan)) sum += events;
  return sum;
}

interface SiteHour {
  readonly site: SiteModel;
  readonly hour: number;
  readonly events: number;
}

function* hoursOf(plan: BackfillPlan): Generator<SiteHour> {
  const end = Math.floor(plan.until / HOUR) * HOUR;
  const begin = Math.floor(end / DAY) * DAY - plan.days * DAY;
  const scale = plan.events === undefined ? undefined : plan.events / usual(plan.sites, begin, end);
  let wanted = 0;
  let given = 0;
  for (let hour = begin; hour < end; hour += HOUR) {
    for (const site of plan.sites) {
      const expected = eventsInHour(site, hour);
      wanted += expected * (scale ?? 1);
      // A total is met exactly by rounding the sum; without one, each hour is rounded by itself, up or down by its own
      // dice, so that it does not depend on the hours around it.
      const events =
        scale === undefined
          ? Math.floor(expected + new Random('round', site.name, hour).next())
          : Math.round(wanted) - given;
      given += events;
      yield { site, hour, events };
    }
  }
}

function usual(sites: readonly SiteModel[], begin: number, end: number): number {
  let sum = 0;
  for (let hour = begin; hour < end; hour += HOUR) {
    for (const site of sites) sum += eventsInHour(site, hour);
  }
  return sum;
}

function* hourOfTraffic(site: SiteModel, hour: number, seed: number, events: number): Generator<DemoEvent> {
  const random = new Random(seed, site.name, hour);
  for (let made = 0; made < events;) {
    let occurredAt = hour + Math.floor(random.next() * HOUR);
    for (const { after, ...step } of visit(site, random, seed)) {
      if (made === events) return;
      occurredAt = Math.min(occurredAt + after * 1000, hour + HOUR - 1);
      const eventId = eventIdFrom(site.name, `demo\n${seed}\n${hour}\n${made}`);
      made += 1;
      yield { ...step, siteId: site.name, eventId, occurredAt };
    }
  }
}

/** The daily and weekly rhythm, a slow swell over the year and a little noise: expected events in this hour. */
export function eventsInHour(site: SiteModel, hour: number): number {
  const at = new Date(hour);
  const weekend = at.getUTCDay() === 0 || at.getUTCDay() === 6;
  const fromPeak = ((at.getUTCHours() - site.peakHour + 36) % 24) - 12;
  const ofDay = (0.25 + Math.exp(-(fromPeak ** 2) / 32)) / DAY_SUM;
  const season = 1 + 0.15 * Math.sin((hour / DAY / 365) * 2 * Math.PI);
  const noise = 0.85 + 0.3 * new Random('day', site.name, Math.floor(hour / DAY)).next();
  return site.eventsPerDay * ofDay * (weekend ? site.weekend : 1) * season * noise;
}

const DAY_SUM = Array.from({ length: 24 }, (_, h) => 0.25 + Math.exp(-((h - 12) ** 2) / 32)).reduce(
  (a, b) => a + b,
);

/** Endless traffic of now: some visits at once, each site as often as its size says. */
export function* liveTraffic(sites: readonly SiteModel[], seed: number): Generator<DemoEvent> {
  const random = new Random('live', seed);
  const bySize = sites.map((site) => [site, site.eventsPerDay] as const);
  const open: { site: SiteModel; steps: Generator<Step> }[] = [];
  for (;;) {
    while (open.length < 20) {
      const site = random.pick(bySize);
      open.push({ site, steps: visit(site, random, seed) });
    }
    const i = random.between(0, open.length - 1);
    const current = open[i];
    const next = current?.steps.next();
    if (!current || !next || next.done) {
      open.splice(i, 1);
      continue;
    }
    const { after, ...step } = next.value;
    void after; // how long a visitor takes to read does not matter at a rate of one's choosing
    yield { ...step, siteId: current.site.name, eventId: undefined, occurredAt: undefined };
  }
}
