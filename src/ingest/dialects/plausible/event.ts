import { isIP } from 'node:net';

import type { IncomingHttpHeaders } from 'node:http';

import { isSiteId } from '#events/rules.js';
import type { DecideContext } from '#events/track-event.js';

import {
  defined,
  eventTypeIn,
  fieldsOf,
  headerText,
  idIn,
  placeIn,
  referrerIn,
  textIn,
  unlessEmpty,
} from '../fit.js';
import { occurredAt } from '../sent-time.js';

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong, by field, as that product writes it. */
export type PlausibleErrors = Readonly<Record<string, readonly string[]>>;

const MOST_PROPS = 30;

/**
 * Whether a body at `POST /api/event` is Plausible's and not our own: it has a name and a page or a domain under that
 * product's names, and neither `siteId` nor `eventType`.
 */
export function isPlausible(body: unknown): body is Fields {
  if (typeof body !== 'object' || body === null) return false;
  const fields = body as Fields;
  if (fields['siteId'] !== undefined || fields['eventType'] !== undefined) return false;
  const has = (...names: string[]): boolean => names.some((name) => fields[name] !== undefined);
  return has('n', 'name') && has('u', 'url', 'd', 'domain');
}

/**
 * An input for the command for each of the event's domains, or what is wrong with it.
 *
 * @param siteId where a key says whose the event is, whatever its domain
 */
export function plausibleItems(
  body: Fields,
  sender: DecideContext,
  headers: IncomingHttpHeaders,
  siteId?: string,
): { readonly items: readonly unknown[] } | { readonly errors: PlausibleErrors } {
  const name = idIn(body['n'] ?? body['name']);
  const address = textIn(body['u'] ?? body['url']);
  const place = placeIn(withHashPath(address, body['h'] ?? body['hashMode']));
  const sites = siteId === undefined ? sitesOf(body['d'] ?? body['domain'], address) : [siteId];
  const props = propsOf(body['p'] ?? body['props'] ?? body['m'] ?? body['meta']);
  const errors = defined({
    event_name: name === undefined || name.length > 120 ? ['must be 1 to 120 characters'] : undefined,
    url: isUrl(address) ? undefined : ['must be an absolute URL of at most 2,000 bytes'],
    domain: sites ? undefined : ['must be the domain of a site, or several with commas between them'],
    props: props ? undefined : ['keys must be at most 300 bytes and values at most 2,000 bytes'],
  });
  if (Object.keys(errors).length > 0) return { errors: errors as PlausibleErrors };
  const input = defined({
    eventType: name === 'pageview' ? 'page_view' : eventTypeIn(name),
    cookieless: true,
    timestamp: occurredAt({ receivedAt: sender.receivedAt }),
    ...place,
    referrer: referrerIn(body['r'] ?? body['referrer']),
    address: visitorAddress(headers),
    properties: unlessEmpty({ ...props, ...measuresOf(name, body) }),
  });
  return { items: (sites ?? []).map((site) => ({ ...input, siteId: site })) };
}

/** A domain as a site's ID: in lower case, and a hyphen for each character that an ID cannot have. */
export function siteOfDomain(domain: string): string | undefined {
  const id = domain
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-');
  return isSiteId(id) && /[a-z0-9]/.test(id) ? id : undefined;
}

/** All of them, or none where one cannot be a site. Without a domain it is the page's host. */
function sitesOf(domains: unknown, address: string | undefined): readonly string[] | undefined {
  const named = textIn(domains) ?? hostOf(address);
  const sites = named?.split(',').map(siteOfDomain);
  return sites?.every((site) => site !== undefined) ? [...new Set(sites)] : undefined;
}

const hostOf = (address: string | undefined): string | undefined =>
  address !== undefined && URL.canParse(address)
    ? new URL(address).hostname.replace(/^www\./, '')
    : undefined;

function isUrl(address: string | undefined): boolean {
  if (address === undefined || Buffer.byteLength(address) > 2000 || !URL.canParse(address)) return false;
  return new URL(address).protocol !== 'data:';
}

/** Where pages are told apart behind `#`, that is part of the path; our paths end at one, so it is written `%23`. */
function withHashPath(address: string | undefined, hashMode: unknown): string | undefined {
  if (address === undefined || (hashMode !== 1 && hashMode !== true) || !URL.canParse(address))
    return address;
  const { origin, pathname, search, hash } = new URL(address);
  return hash === '' ? address : `${origin}${pathname}%23${hash.slice(1).replaceAll('?', '%3F')}${search}`;
}

/** Nested values are left out, and all after the thirtieth; undefined where one is too long. */
function propsOf(sent: unknown): Fields | undefined {
  const props = fieldsOf(typeof sent === 'string' ? parsed(sent) : sent) ?? {};
  const flat = Object.entries(props).filter(([, value]) => value !== null && typeof value !== 'object');
  const fit = flat.every(
    ([key, value]) => Buffer.byteLength(key) <= 300 && Buffer.byteLength(String(value)) <= 2000,
  );
  return fit ? Object.fromEntries(flat.slice(0, MOST_PROPS)) : undefined;
}

function measuresOf(name: string | undefined, body: Fields): Fields {
  if (name === 'engagement')
    return defined({ scrollDepth: within(body['sd'], 100), engagedMs: within(body['e']) });
  const sent = body['$'] ?? body['revenue'];
  const revenue = fieldsOf(typeof sent === 'string' ? parsed(sent) : sent);
  const amount = numberIn(revenue?.['amount']);
  return {
    ...(amount !== undefined && defined({ revenue: amount, currency: textIn(revenue?.['currency']) })),
    ...((body['i'] ?? body['interactive']) === false && { interactive: false }),
  };
}

/** A whole number that a page can have measured. */
function within(value: unknown, most = Infinity): number | undefined {
  const number = numberIn(value);
  return number === undefined ? undefined : Math.max(0, Math.min(most, Math.round(number)));
}

function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * A server that sends for its visitors names them so; it is believed, as any other name of a visitor is. Of
 * `X-Forwarded-For`, which that product believes too, anybody may write the beginning: it counts as far as the setting says.
 */
function visitorAddress(headers: IncomingHttpHeaders): string | undefined {
  const named = headerText(headers['x-plausible-ip'])?.trim();
  return named !== undefined && isIP(named) !== 0 ? named : undefined;
}
