import { eventIdFrom } from '#events/event-id.js';
import type { DecideContext } from '#events/track-event.js';

import type { DialectRefusal } from '../../http/door.js';
import { RefusedItem } from '../../refused-item.js';
import type { Stored } from '../../track-events.command.js';
import {
  defined,
  eventTypeIn,
  fieldsOf,
  idIn,
  placeIn,
  referrerIn,
  textIn,
  titleIn,
  unlessEmpty,
} from '../fit.js';
import { visitorAgent } from '../foreign-sender.js';
import { occurredAt } from '../sent-time.js';

type Fields = Readonly<Record<string, unknown>>;

const VITALS = ['lcp', 'inp', 'cls', 'fcp', 'ttfb'] as const;

/**
 * `{type, payload}`, an item of a batch too: an input for the command, or why there is none.
 *
 * @param siteId where a key says whose the event is
 */
export function umamiItem(message: unknown, sender: DecideContext, siteId?: string): unknown {
  const type = fieldsOf(message)?.['type'];
  const payload = fieldsOf(fieldsOf(message)?.['payload']);
  if (!payload) return new RefusedItem('invalid_shape', 'payload must be an object');
  const site = siteId ?? siteOf(payload);
  if (type !== 'event' && type !== 'identify' && type !== 'performance') {
    return new RefusedItem('unknown_type', 'type must be event, identify or performance', site);
  }
  const { timestamp: seconds } = payload;
  return defined({
    siteId: site,
    eventType: typeOf(type, payload),
    userId: idIn(payload['id']),
    cookieless: true,
    timestamp: occurredAt({
      receivedAt: sender.receivedAt,
      timestamp: typeof seconds === 'number' ? seconds * 1000 : undefined,
    }),
    ...placeIn(addressOf(payload)),
    referrer: referrerIn(payload['referrer']),
    title: titleIn(payload['title']),
    screen: textIn(payload['screen']),
    language: textIn(payload['language']),
    userAgent: visitorAgent(payload['userAgent'], sender),
    address: textIn(payload['ip']),
    properties: unlessEmpty(propertiesOf(type, payload)),
  });
}

/** Whether the request's user agent is that of the client for servers, and no visitor's. */
export const isUmamiServer = (userAgent: string | undefined): boolean =>
  userAgent !== undefined && /\bUmami\/v?\d/.test(userAgent);

/** What the clients keep of an answer: `cache` comes back with the next request, which here needs no memory. */
export function umamiSession(siteId: string, { visitorId }: Stored, at: number): Record<string, string> {
  const sessionId = eventIdFrom(siteId, `session ${visitorId}`);
  const visitId = eventIdFrom(siteId, `visit ${visitorId} ${Math.floor(at / 3_600_000)}`);
  const token = { websiteId: siteId, sessionId, visitId, iat: Math.floor(at / 1000) };
  return { cache: Buffer.from(JSON.stringify(token)).toString('base64url'), sessionId, visitId };
}

/** An error as the clients' maker writes it. */
export function umamiRefusal(status: number, messages: readonly string[]): DialectRefusal {
  const code =
    {
      401: 'unauthorized',
      403: 'forbidden',
      404: 'not-found',
      413: 'payload-too-large',
      429: 'too-many-requests',
      503: 'service-unavailable',
    }[status] ?? 'bad-request';
  return { status, body: { error: { code, message: messages.join('; '), status } } };
}

/** The site of a message, as it says. */
export function umamiSite(message: unknown): string | undefined {
  return siteOf(fieldsOf(fieldsOf(message)?.['payload']) ?? {});
}

/** The same as it was sent: a key may stand there. */
export function umamiSaid(message: unknown): unknown {
  const payload = fieldsOf(fieldsOf(message)?.['payload']);
  return payload?.['website'] ?? payload?.['link'] ?? payload?.['pixel'];
}

const siteOf = (payload: Fields): string | undefined =>
  textIn(payload['website']) ?? textIn(payload['link']) ?? textIn(payload['pixel']);

function typeOf(type: 'event' | 'identify' | 'performance', payload: Fields): string | undefined {
  if (type === 'identify') return 'identify';
  if (type === 'performance') return 'web_vitals';
  return eventTypeIn(payload['name']) ?? 'page_view';
}

/** The page's address in full: older clients send its path, with the host beside it. */
function addressOf({ url, hostname }: Fields): unknown {
  const host = textIn(hostname);
  if (typeof url !== 'string' || !url.startsWith('/') || host === undefined) return url;
  return URL.canParse(url, `https://${host}`) ? `https://${host}${url}` : url;
}

function propertiesOf(type: 'event' | 'identify' | 'performance', payload: Fields): Fields {
  if (type === 'performance') {
    return Object.fromEntries(
      VITALS.flatMap((name) => (typeof payload[name] === 'number' ? [[name, payload[name]]] : [])),
    );
  }
  const data = fieldsOf(payload['data']);
  if (type === 'identify') return defined({ traits: unlessEmpty(data ?? {}) });
  return { ...data, ...defined({ tag: textIn(payload['tag']) }) };
}
