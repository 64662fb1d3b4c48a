import { createHash } from 'node:crypto';
import type { StoredEvent } from '#events/stored-event.js';

/** A small seeded generator (mulberry32): the same seed gives the same traffic on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface TrafficOptions {
  readonly seed: number;
  readonly sites: number;
  readonly paths: number;
  /** Share of visits by somebody never seen before. */
  readonly newVisitors: number;
  /** Share of events that arrive up to 48 hours late. */
  readonly late: number;
  /** Milliseconds since the epoch of the first event; the rest follow over `spanMs`. */
  readonly start: number;
  readonly spanMs: number;
  readonly count: number;
}

export const liveLike: TrafficOptions = {
  seed: 1,
  sites: 50,
  paths: 1000,
  newVisitors: 0.1,
  late: 0.05,
  start: Date.UTC(2026, 0, 1),
  spanMs: 5 * 86_400_000,
  count: 1_000_000,
};

const chrome = (system: string, version: number) =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
/** As many as a busy site sees often: the newest versions of some browsers on some systems. */
const USER_AGENTS = [
  ...Array.from({ length: 20 }, (_, age) => chrome('X11; Linux x86_64', 140 - age)),
  ...Array.from({ length: 20 }, (_, age) => chrome('Windows NT 10.0; Win64; x64', 140 - age)),
  ...Array.from({ length: 20 }, (_, age) => chrome('Linux; Android 15; Pixel 9', 140 - age)),
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
];
const LANGUAGES = ['de-DE,de;q=0.9', 'en-GB,en;q=0.9', 'en-US', 'fr-FR,fr;q=0.8,en;q=0.5', 'es'];
const SCREENS = ['390x844', '412x915', '1440x900', '1920x1080', '2560x1440'];
const PLACES = ['DE', 'FR', 'GB', 'IN', 'JP', 'US'].map((country) => ({ country, by: 'bench' }));
const REFERRERS = [
  'https://example.org/',
  'https://www.google.com/',
  'https://news.ycombinator.com/item?id=1',
  'https://t.co/abc',
  'https://duckduckgo.com/',
];
const CAMPAIGNS = Array.from(
  { length: 30 },
  (_, index) => `?utm_source=news-${index % 5}&utm_medium=email&utm_campaign=week-${index}`,
);
const FIRST_SENDER = {
  userAgent: USER_AGENTS[0] ?? '',
  language: 'en',
  screen: '1440x900',
  geo: { country: 'DE', by: 'bench' },
  referrer: '',
  campaign: '',
};

const page = (path: string, query: string) => (query === '' ? { path } : { url: path + query, path });

/**
 * Traffic as the marks describe it: sites and paths by Zipf, three views a visit, by one browser from one place, a tenth of a campaign, half v7 and half random event IDs,
 * a share arriving late. Yields events in arrival order.
 */
export function* traffic(options: TrafficOptions): Generator<StoredEvent> {
  const random = seeded(options.seed);
  const site = zipf(options.sites, random);
  const path = zipf(options.paths, random);
  const known = new Map<number, string[]>();
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let visit = { site: 0, visitor: '', left: 0, ...FIRST_SENDER };
  for (let i = 0; i < options.count; i++) {
    if (visit.left === 0) {
      const at = site();
      const visitors = known.get(at) ?? [];
      known.set(at, visitors);
      const fresh = visitors.length === 0 || random() < options.newVisitors;
      const visitor = fresh ? uuid(random, '4') : (visitors[Math.floor(random() * visitors.length)] ?? '');
      if (fresh) visitors.push(visitor);
      visit = {
        site: at,
        visitor,
        left: 3,
        userAgent: pick(USER_AGENTS),
        language: pick(LANGUAGES),
        screen: pick(SCREENS),
        geo: pick(PLACES),
        referrer: pick(REFERRERS),
        campaign: random() < 0.1 ? pick(CAMPAIGNS) : '',
      };
    }
    visit.left -= 1;
    const now = options.start + Math.floor((i / options.count) * options.spanMs);
    const occurredAt = random() < options.late ? now - Math.floor(random() * 48 * 3_600_000) : now;
    yield {
      v: 1,
      id: i % 2 === 0 ? timeOrdered(now, random) : uuid(random, '4'),
      site: `site-${visit.site}`,
      type: random() < 0.9 ? 'page_view' : 'click',
      occurredAt,
      receivedAt: now,
      visitorId: visit.visitor,
      ...page(`/articles/${path()}`, visit.campaign),
      referrer: visit.referrer,
      userAgent: visit.userAgent,
      language: visit.language,
      screen: visit.screen,
      geo: visit.geo,
      source: { dialect: 'native' },
    };
  }
}

function zipf(n: number, random: () => number): () => number {
  const cumulative: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= n; rank++) cumulative.push((sum += 1 / rank));
  return () => {
    const target = random() * sum;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) < target) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function uuid(random: () => number, version: string): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return shape(hex, version);
}

function timeOrdered(now: number, random: () => number): string {
  const tail = createHash('md5').update(String(random())).digest('hex').slice(0, 20);
  return shape(now.toString(16).padStart(12, '0') + tail, '7');
}

function shape(hex: string, version: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
