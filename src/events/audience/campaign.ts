import { cutToBytes, wellFormed } from '../text.js';
import { parameterName } from '../secrets.js';
import { CLICK_IDS, type Click } from './known-sources.js';

/** What the address of a page says of the link that led there; empty where it does not. */
export interface Campaign {
  readonly utmSource: string;
  readonly utmMedium: string;
  readonly utmCampaign: string;
  readonly utmTerm: string;
  readonly utmContent: string;
  /** Of an advertisement or a post, by the ID that its network adds to links. */
  readonly click: Click | undefined;
}

/** Of one value. The five of them and a host are a key, which must fit an index. */
const MOST_BYTES = 200;

const NO_CAMPAIGN: Campaign = Object.freeze({
  utmSource: '',
  utmMedium: '',
  utmCampaign: '',
  utmTerm: '',
  utmContent: '',
  click: undefined,
});

const FIELDS: Readonly<Record<string, Exclude<keyof Campaign, 'click'>>> = {
  utm_source: 'utmSource',
  utm_medium: 'utmMedium',
  utm_campaign: 'utmCampaign',
  utm_term: 'utmTerm',
  utm_content: 'utmContent',
};

/** Of parameters that come twice, the first counts. @param query without its "?" */
export function campaignIn(query: string): Campaign {
  if (query === '') return NO_CAMPAIGN;
  let found: { -readonly [K in keyof Campaign]: Campaign[K] } | undefined;
  for (const pair of query.split('&')) {
    const name = parameterName(pair).toLowerCase();
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    const click = CLICK_IDS.get(name);
    if (field === undefined && click === undefined) continue;
    found ??= { ...NO_CAMPAIGN };
    if (field !== undefined) found[field] ||= valueOf(pair);
    else found.click ??= click;
  }
  return found ?? NO_CAMPAIGN;
}

function valueOf(pair: string): string {
  const equals = pair.indexOf('=');
  const text = equals === -1 ? '' : pair.slice(equals + 1).replaceAll('+', ' ');
  return cutToBytes(wellFormed(decoded(text).replaceAll('\0', '').trim()), MOST_BYTES);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
