import type { AudienceDimension } from '../gql/graphql.js';

interface Names {
  readonly tab: string;
  /** Heading of the column. */
  readonly one: string;
  readonly many: string;
  /** Where there is nothing to show. */
  readonly none: string;
}

export const NAMES: Readonly<Record<AudienceDimension, Names>> = {
  CHANNEL: {
    tab: 'Channels',
    one: 'Channel',
    many: 'channels',
    none: 'Nobody came to the site in this range.',
  },
  REFERRER: {
    tab: 'Referrers',
    one: 'Referrer',
    many: 'referrers',
    none: 'No other site led here in this range.',
  },
  UTM_SOURCE: utm('Source', 'utm_source'),
  UTM_MEDIUM: utm('Medium', 'utm_medium'),
  UTM_CAMPAIGN: utm('Campaign', 'utm_campaign'),
  UTM_TERM: utm('Term', 'utm_term'),
  UTM_CONTENT: utm('Content', 'utm_content'),
  BROWSER: { tab: 'Browsers', one: 'Browser', many: 'browsers', none: unknown('browser') },
  OS: {
    tab: 'Systems',
    one: 'Operating system',
    many: 'operating systems',
    none: unknown('operating system'),
  },
  DEVICE: { tab: 'Devices', one: 'Device', many: 'kinds of device', none: unknown('device') },
  SCREEN: { tab: 'Screens', one: 'Width of the screen', many: 'widths', none: unknown('screen') },
  BOT: { tab: 'Bots', one: 'Kind of bot', many: 'kinds of bot', none: 'No known bot came in this range.' },
  COUNTRY: { tab: 'Countries', one: 'Country', many: 'countries', none: unknown('country') },
  LANGUAGE: { tab: 'Languages', one: 'Language', many: 'languages', none: unknown('language') },
};

function utm(name: string, parameter: string): Names {
  return {
    tab: name,
    one: parameter,
    many: `values of ${parameter}`,
    none: `No link with ${parameter} was followed in this range.`,
  };
}

function unknown(what: string): string {
  return `No page view with a known ${what} in this range.`;
}

const SCREENS: Readonly<Record<string, string>> = {
  mobile: 'Below 576 px',
  tablet: '576 to 991 px',
  laptop: '992 to 1,439 px',
  desktop: '1,440 px and more',
};

const language = typeof navigator === 'undefined' ? 'en' : navigator.language;
const regions = new Intl.DisplayNames(language, { type: 'region', fallback: 'code' });
const languages = new Intl.DisplayNames(language, { type: 'language', fallback: 'code' });

/** A value of a dimension, as it is read. */
export function nameOf(dimension: AudienceDimension, value: string): string {
  switch (dimension) {
    case 'COUNTRY':
      return named(regions, value);
    case 'LANGUAGE':
      return named(languages, value);
    case 'SCREEN':
      return SCREENS[value] ?? value;
    case 'CHANNEL':
    case 'DEVICE':
    case 'BOT':
      return inWords(value);
    default:
      return value;
  }
}

/** `XX` and the like are what somebody wrote into the log. */
function named(names: Intl.DisplayNames, value: string): string {
  try {
    return names.of(value) ?? value;
  } catch {
    return value;
  }
}

const ABBREVIATIONS = new Set(['ai', 'http', 'seo', 'sms', 'tv']);

/** `organic_search` is "Organic search", `ai-crawler` "AI crawler". */
function inWords(value: string): string {
  const words = value.split(/[-_]/).map((word) => (ABBREVIATIONS.has(word) ? word.toUpperCase() : word));
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
