export type Weighted<T> = readonly (readonly [T, number])[];

/** What a site of the demo is like. Weights are relative. */
export interface SiteModel {
  readonly name: string;
  /** Events on a usual weekday. */
  readonly eventsPerDay: number;
  /** Saturday and Sunday against a weekday. */
  readonly weekend: number;
  /** UTC hour of the most traffic. */
  readonly peakHour: number;
  /** Where sessions begin. */
  readonly entries: Weighted<string>;
  /** Where one goes from a page; pages without a row lead to any entry. */
  readonly links: Readonly<Record<string, Weighted<string>>>;
  readonly referrers: Weighted<string | undefined>;
  /** What the link that a visit begins with says, as the query of an address. */
  readonly campaigns: Weighted<string | undefined>;
  /** Custom events that may happen on a page: type, page prefix, how likely. */
  readonly actions: readonly (readonly [type: string, page: string, probability: number])[];
  /** Share of sessions by someone who was here before. */
  readonly returning: number;
}

const numbered = (prefix: string, names: readonly string[]): Weighted<string> =>
  names.map((name, i) => [`${prefix}${name}`, 12 / (i + 1)] as const);

const products = numbered('/products/', [
  'linen-shirt',
  'canvas-bag',
  'wool-scarf',
  'desk-lamp',
  'oak-stool',
  'tea-set',
  'rain-coat',
  'notebook',
  'field-cap',
  'candle',
  'blanket',
  'mirror',
]);
const guides = numbered('/docs/', [
  'getting-started',
  'install',
  'configuration',
  'api/events',
  'api/queries',
  'projections',
  'operating',
  'backup',
  'upgrade',
  'faq',
  'glossary',
]);
const posts = numbered('/posts/', [
  'why-we-keep-every-event',
  'a-year-of-numbers',
  'small-tools',
  'the-quiet-week',
  'reading-logs',
  'slow-software',
  'first-thousand',
  'winter-notes',
]);

const search: Weighted<string | undefined> = [
  ['https://www.google.com/', 40],
  ['https://duckduckgo.com/', 8],
  ['https://www.bing.com/', 6],
  ['https://chatgpt.com/', 4],
];

const kinds: readonly Omit<SiteModel, 'name'>[] = [
  {
    eventsPerDay: 4_000,
    weekend: 1.25,
    peakHour: 19,
    entries: [['/', 40], ['/sale', 12], ['/products', 10], ...products],
    links: {
      '/': [['/products', 30], ['/sale', 15], ...products],
      '/products': products,
      '/sale': products,
      '/cart': [
        ['/checkout', 60],
        ['/products', 30],
      ],
      '/checkout': [
        ['/checkout/thanks', 55],
        ['/cart', 20],
      ],
      '/products/*': [['/cart', 14], ['/products', 20], ...products],
    },
    referrers: [
      ...search,
      [undefined, 30],
      ['https://www.instagram.com/', 14],
      ['https://news.example.com/gifts', 5],
    ],
    campaigns: [
      [undefined, 75],
      ['utm_source=newsletter&utm_medium=email&utm_campaign=spring-sale', 9],
      ['utm_source=newsletter&utm_medium=email&utm_campaign=new-in', 5],
      ['utm_source=instagram&utm_medium=paid_social&utm_campaign=linen&utm_content=story', 6],
      ['utm_source=google&utm_medium=cpc&utm_campaign=brand&utm_term=linen+shirt&gclid=demo', 7],
    ],
    actions: [
      ['add_to_cart', '/products/', 0.09],
      ['purchase', '/checkout/thanks', 0.95],
      ['search', '/products', 0.12],
    ],
    returning: 0.45,
  },
  {
    eventsPerDay: 1_500,
    weekend: 0.35,
    peakHour: 14,
    entries: [['/docs/getting-started', 20], ['/', 10], ...guides],
    links: { '/': guides, '/docs/*': [['/search', 8], ...guides], '/search': guides },
    referrers: [...search, [undefined, 40], ['https://github.com/', 30], ['https://stackoverflow.com/', 12]],
    campaigns: [
      [undefined, 95],
      ['utm_source=changelog&utm_medium=email&utm_campaign=release', 5],
    ],
    actions: [
      ['search', '/search', 0.9],
      ['click', '/docs/', 0.05],
      ['copy_code', '/docs/', 0.08],
    ],
    returning: 0.65,
  },
  {
    eventsPerDay: 400,
    weekend: 0.9,
    peakHour: 8,
    entries: [['/', 15], ...posts],
    links: { '/': posts, '/posts/*': [['/', 25], ['/about', 10], ...posts] },
    referrers: [
      ...search,
      [undefined, 20],
      ['https://news.ycombinator.com/', 25],
      ['https://mastodon.social/', 9],
    ],
    campaigns: [
      [undefined, 92],
      ['utm_source=digest&utm_medium=email', 8],
    ],
    actions: [
      ['user_signup', '/about', 0.12],
      ['engagement', '/posts/', 0.25],
    ],
    returning: 0.3,
  },
];

/** The first named site is the largest; past the third, the kinds come again in other sizes. */
export function siteModels(names: readonly string[]): readonly SiteModel[] {
  return names.map((name, i) => {
    const kind = kinds[i % kinds.length] as Omit<SiteModel, 'name'>;
    const round = Math.floor(i / kinds.length);
    return { ...kind, name, eventsPerDay: Math.max(50, Math.round(kind.eventsPerDay / (round + 1))) };
  });
}
