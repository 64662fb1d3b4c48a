import { eventIdFrom } from '#events/event-id.js';

import { personOf, type Person } from './people.js';
import type { Random } from './random.js';
import type { SiteModel } from './sites.js';

/** One step of a visit, without its time in the world. */
export interface Step extends Person {
  readonly eventType: string;
  readonly path: string;
  readonly url: string;
  readonly visitorId: string;
  readonly referrer: string | undefined;
  readonly properties: Readonly<Record<string, unknown>> | undefined;
  /** Seconds since the step before. */
  readonly after: number;
}

/** Visitors seen before come from a crowd of this many days' events. */
const CROWD_DAYS = 6;

/** One visit: a few pages, each reached from the one before, and now and then an action on them. */
export function* visit(site: SiteModel, random: Random, seed: number): Generator<Step> {
  const crowd = Math.max(50, site.eventsPerDay * CROWD_DAYS);
  const known = random.chance(site.returning);
  const visitor = known ? `known ${random.rank(crowd)}` : `new ${random.next()}`;
  const visitorId = eventIdFrom(site.name, `demo visitor\n${seed}\n${visitor}`);
  const person = personOf(visitorId);
  const addressOf = (page: string) => `https://${site.name}.example${page}`;
  const step = (eventType: string, path: string, after: number, more: Partial<Step> = {}): Step => ({
    ...person,
    eventType,
    path,
    url: addressOf(path),
    visitorId,
    after,
    referrer: undefined,
    properties: undefined,
    ...more,
  });
  let path = random.pick(site.entries);
  const campaign = random.pick(site.campaigns);
  yield step('page_view', path, 0, {
    referrer:
      campaign !== undefined || (known && random.chance(0.5)) ? undefined : random.pick(site.referrers),
    ...(campaign !== undefined && { url: `${addressOf(path)}?${campaign}` }),
  });
  // Most leave soon: each further page is a little less likely than the one before.
  for (let pages = 1; ; pages += 1) {
    for (const [type, page, probability] of site.actions) {
      if (path.startsWith(page) && random.chance(probability)) {
        yield step(type, path, random.between(2, 20), { properties: propertiesOf(type, path, random) });
      }
    }
    if (pages >= 12 || random.chance(0.28 + pages * 0.04)) return;
    const referrer = addressOf(path);
    path = random.pick(linksFrom(site, path));
    yield step('page_view', path, random.between(4, 150), { referrer });
  }
}

function linksFrom(site: SiteModel, path: string): readonly (readonly [string, number])[] {
  const section = `${path.slice(0, path.indexOf('/', 1) + 1)}*`;
  return site.links[path] ?? site.links[section] ?? site.entries;
}

function propertiesOf(type: string, path: string, random: Random): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'purchase':
      return { currency: 'EUR', value: random.between(900, 24_000) / 100, items: random.between(1, 4) };
    case 'add_to_cart':
      return { product: path.split('/').at(-1) };
    case 'search':
      return { results: random.between(0, 40) };
    default:
      return {};
  }
}
