import { Random } from './random.js';
import type { Weighted } from './sites.js';

/** What a visitor brings along, the same on every visit. */
export interface Person {
  readonly userAgent: string;
  readonly screen: string | undefined;
  readonly language: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export function personOf(visitorId: string): Person {
  const random = new Random('person', visitorId);
  const [userAgent, screens] = random.pick(BROWSERS);
  const [country, languages] = random.pick(COUNTRIES);
  return { userAgent, country, screen: random.pick(screens), language: random.pick(languages) };
}

const one = <T>(value: T): Weighted<T> => [[value, 1]];
const desktop: Weighted<string> = [
  ['1920x1080', 40],
  ['1536x864', 20],
  ['1440x900', 12],
  ['1366x768', 14],
  ['2560x1440', 10],
];
const phone: Weighted<string> = [
  ['390x844', 40],
  ['393x852', 25],
  ['360x800', 30],
];

const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const iOS = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

type Machine = readonly [userAgent: string, screens: Weighted<string | undefined>];

/** The last ones are bots: a rule may leave them out. */
const BROWSERS: Weighted<Machine> = [
  [[`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/141.0.0.0 Safari/537.36`, desktop], 28],
  [
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0`,
      desktop,
    ],
    8,
  ],
  [
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${iOS} Version/18.6 Mobile/15E148 Safari/604.1`,
      phone,
    ],
    25,
  ],
  [[`Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/141.0.0.0 Mobile Safari/537.36`, phone], 15],
  [
    [
      `Mozilla/5.0 (Linux; Android 10; K) ${webKit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
      phone,
    ],
    3,
  ],
  [
    [
      `Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) ${iOS} Version/17.7 Mobile/15E148 Safari/604.1`,
      one('820x1180'),
    ],
    3,
  ],
  [[`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${iOS} Version/18.6 Safari/605.1.15`, desktop], 10],
  [['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', desktop], 6],
  [['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', one(undefined)], 1],
  [['Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)', one(undefined)], 0.6],
  [[`Mozilla/5.0 (X11; Linux x86_64) ${webKit} HeadlessChrome/131.0.0.0 Safari/537.36`, one('800x600')], 0.4],
];

const COUNTRIES: Weighted<readonly [country: string, languages: Weighted<string>]> = [
  [
    [
      'DE',
      [
        ['de-DE', 9],
        ['en-US', 1],
      ],
    ],
    30,
  ],
  [
    [
      'US',
      [
        ['en-US', 9],
        ['es-US', 1],
      ],
    ],
    22,
  ],
  [['GB', one('en-GB')], 11],
  [['FR', one('fr-FR')], 9],
  [['AT', one('de-AT')], 6],
  [
    [
      'CH',
      [
        ['de-CH', 6],
        ['fr-CH', 3],
      ],
    ],
    5,
  ],
  [['NL', one('nl-NL')], 5],
  [['IN', one('en-IN')], 4],
  [['BR', one('pt-BR')], 3],
  [['JP', one('ja')], 3],
  [['PL', one('pl')], 2],
  [['NP', one('ne')], 1],
];
