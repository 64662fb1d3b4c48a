import type { StoredEvent } from '#events/stored-event.js';
import type { Random } from './random.js';

type Sent = Partial<Pick<StoredEvent, 'userAgent' | 'screen' | 'url' | 'referrer' | 'language' | 'geo'>>;

interface Sender {
  readonly sent: Sent;
  /** Device, system, browser, class of screen, class of bot; undefined: no row. */
  readonly devices?: readonly string[];
  /** Channel, referrer, the five UTM fields; undefined: no row. */
  readonly sources?: readonly string[];
  /** Country, language; undefined: no row. */
  readonly locales?: readonly string[];
}

const direct = ['direct', '', '', '', '', '', ''];

/** What a browser brings with an event, and what it comes to, worked out by hand. */
const SENDERS: readonly Sender[] = [
  { sent: {}, sources: direct },
  {
    sent: {
      userAgent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      screen: '1920x1080',
      url: 'https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=M%C3%A4rz+%221%22&utm_content=%7Ba,b%7D',
      language: 'de-DE,de;q=0.9',
      geo: { country: 'DE', by: 'header' },
    },
    devices: ['desktop', 'Windows', 'Chrome', 'desktop', ''],
    sources: ['email', '', 'news', 'email', 'März "1"', '', '{a,b}'],
    locales: ['DE', 'de'],
  },
  {
    sent: {
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      screen: '390x844',
      url: 'https://shop.example/a',
      referrer: 'https://www.google.com/',
      language: 'fr',
    },
    devices: ['mobile', 'iOS', 'Safari', 'mobile', ''],
    sources: ['organic_search', 'google.com', '', '', '', '', ''],
    locales: ['', 'fr'],
  },
  {
    sent: {
      userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      referrer: "it's; DROP TABLE site",
      geo: { country: 'US', by: 'header' },
    },
    devices: ['', '', '', '', 'search-engine'],
    sources: ['referral', "it's;", '', '', '', '', ''],
    locales: ['US', ''],
  },
  {
    // From page to page.
    sent: {
      screen: '800x600',
      url: 'https://shop.example/b',
      referrer: 'https://www.shop.example/a',
    },
    devices: ['', '', '', 'tablet', ''],
  },
];

export const anySender = (random: Random): Sent => random.pick(SENDERS).sent;

export function factsOfSender(event: StoredEvent): Sender {
  const { userAgent, screen, url, referrer, language, geo } = event;
  const found = SENDERS.find(({ sent }) => same(sent, { userAgent, screen, url, referrer, language, geo }));
  if (!found) throw new Error(`nobody sends ${JSON.stringify(event)}`);
  return found;
}

const FIELDS = ['userAgent', 'screen', 'url', 'referrer', 'language'] as const;

const same = (a: Sent, b: { readonly [K in keyof Sent]: Sent[K] | undefined }): boolean =>
  FIELDS.every((name) => a[name] === b[name]) && a.geo?.country === b.geo?.country;
