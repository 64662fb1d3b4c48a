import type { SiteRule } from '#events/site-rules/site-rule.js';
import type { StoredEvent } from '#events/stored-event.js';
import { labEvent, type Lab } from './projector-lab.js';

const idOf = (n: number) => `0192f3a4-5b6c-7d8e-9f01-${String(n).padStart(12, '0')}`;

const OFFICE = '0192f3a4-aaaa-7d8e-9f01-23456789abcd';

/** One of each kind. */
export const RULES: readonly SiteRule[] = [
  { id: idOf(1), kind: 'exclude_visitor', visitorId: OFFICE },
  { id: idOf(2), kind: 'exclude_user', userId: 'our-tester' },
  { id: idOf(3), kind: 'exclude_path', pattern: '/admin/**' },
  { id: idOf(4), kind: 'remove_trailing_slash' },
  { id: idOf(5), kind: 'lower_case' },
  { id: idOf(6), kind: 'keep_query', parameters: ['q'] },
  { id: idOf(7), kind: 'path_template', pattern: '/users/*', template: '/users/:id' },
  { id: idOf(8), kind: 'merge_path', from: '/home', to: '/' },
  { id: idOf(10), kind: 'exclude_bots', classes: ['search-engine', 'ai-crawler'] },
  { id: idOf(11), kind: 'exclude_country', countries: ['NP'] },
];

/** Of everything that is left out. */
export const NOTHING: SiteRule = { id: idOf(9), kind: 'exclude_path', pattern: '/**' };

/** What is sent, and the path that RULES show it as: worked out by hand; null: it is left out. */
const cases: readonly (readonly [Partial<StoredEvent>, string | null])[] = [
  [{ path: '/pricing' }, '/pricing'],
  [{ path: '/Pricing/' }, '/pricing'],
  [{ path: '/users/5' }, '/users/:id'],
  [{ path: '/users/me/' }, '/users/:id'],
  [{ path: '/users/5/edit' }, '/users/5/edit'],
  [{ path: '/home' }, '/'],
  [{ path: '/search', url: 'https://shop.example/search?page=2&q=red+shoes' }, '/search?q=red+shoes'],
  [{ path: '/search', url: 'https://shop.example/search?page=3' }, '/search'],
  [{ path: '/admin' }, null],
  [{ path: '/ADMIN/orders/7' }, null],
  [{ path: '/pricing', visitorId: OFFICE }, null],
  [{ path: '/pricing', geo: { country: 'NP', by: 'header' } }, null],
  [{ path: '/pricing', geo: { country: 'DE', by: 'header' } }, '/pricing'],
  [{ path: '/users/9', userId: 'our-tester' }, null],
  [{ path: '/pricing', userId: 'a-customer' }, '/pricing'],
  [
    { path: '/', userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
    null,
  ],
  [{ path: '/', userAgent: 'curl/8.14.1' }, '/'],
  [
    { path: '/home', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0' },
    '/',
  ],
];

/** The n-th event of a site, and the path that it is shown as; several days, types and visitors take turns. */
export function ruled(site: string, n: number): { event: StoredEvent; shown: string | null } {
  const [change, shown] = cases[n % cases.length] ?? [{}, null];
  return { event: labEvent(site, n, change), shown };
}

/** For the n-th to the m-th event, of each day: events, page views, different people, and the views of each path. */
export function countedByHand(site: string, from: number, to: number, withRules: boolean): unknown {
  const days: Record<
    string,
    { events: number; views: number; people: Set<string>; paths: Record<string, number> }
  > = {};
  for (let n = from; n < to; n++) {
    const { event, shown } = ruled(site, n);
    if (withRules && shown === null) continue;
    const path = (withRules ? shown : event.path) ?? '';
    const day = (days[new Date(event.occurredAt).toISOString().slice(0, 10)] ??= {
      events: 0,
      views: 0,
      people: new Set(),
      paths: {},
    });
    day.events++;
    day.people.add(event.userId ?? event.visitorId);
    if (event.type !== 'page_view') continue;
    day.views++;
    day.paths[path] = (day.paths[path] ?? 0) + 1;
  }
  return Object.fromEntries(
    Object.entries(days).map(([day, { people, ...rest }]) => [day, { ...rest, people: people.size }]),
  );
}

/** The same, as it is served. */
export async function servedFigures(lab: Lab, site: string): Promise<unknown> {
  const of = async <T extends object>(projection: string, columns: string) => {
    const [served] = await lab.query<{ id: number; number: number }>(
      `SELECT g.id, g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id WHERE s.projection = $1`,
      [projection],
    );
    return lab.query<T & { day: string }>(
      `SELECT day::text, ${columns} FROM ${projection}_g${served?.number ?? 0}
       JOIN row_set r USING (row_set) JOIN site s ON s.id = r.site_id WHERE s.name = $1 AND r.generation_id = $2`,
      [site, served?.id],
    );
  };
  const paths: Record<string, Record<string, number>> = {};
  for (const { day, path, views } of await of<{ path: string; views: number }>(
    'top_paths',
    'path, views::int',
  ))
    (paths[day] ??= {})[path] = views;
  const days = await of<{ events: number; views: number }>(
    'daily_aggregates',
    'events::int, page_views::int AS views',
  );
  const people = await of<{ people: number }>('unique_visitors', 'visitors::int AS people');
  return Object.fromEntries(
    days.map(({ day, ...rest }) => [
      day,
      { ...rest, people: people.find((each) => each.day === day)?.people ?? 0, paths: paths[day] ?? {} },
    ]),
  );
}
