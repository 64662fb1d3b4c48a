import { canonicalUuid, eventIdFrom } from '#events/event-id.js';
import type { DecideContext } from '#events/track-event.js';

import { RefusedItem } from '../../refused-item.js';
import {
  defined,
  eventTypeIn,
  fieldsOf,
  idIn,
  placeIn,
  referrerIn,
  screenIn,
  textIn,
  titleIn,
  unlessEmpty,
} from '../fit.js';
import { visitorAgent } from '../foreign-sender.js';
import { occurredAt } from '../sent-time.js';
import { posthogProperties } from './properties.js';

type Fields = Readonly<Record<string, unknown>>;

/** The addresses of events, of one client or another: all read the same. */
export const POSTHOG_CAPTURE = ['e', 'i/v0/e', 'capture', 'track', 'engage'] as const;
export const POSTHOG_BATCH = 'batch';

/** The messages of a request of any of the v0 addresses, with what is said for all of them. */
export interface PosthogRequest {
  readonly messages: readonly unknown[];
  readonly token: string | undefined;
  /** Where `token` was read, as it was sent. */
  readonly said?: unknown;
  readonly sentAt: unknown;
}

const TYPES: Readonly<Record<string, string>> = {
  $pageview: 'page_view',
  $pageleave: 'engagement',
  $web_vitals: 'web_vitals',
  $identify: 'identify',
  $set: 'identify',
  $create_alias: 'alias',
  $groupidentify: 'group',
  $screen: 'screen_view',
};
/** What the client of browsers writes where it keeps no cookie. */
const COOKIELESS = '$posthog_cookieless';
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** One event, a list of events, or `{"api_key", "batch", "sent_at"}`; undefined where it is none of them. */
export function posthogRequest(body: unknown, sentAt: unknown): PosthogRequest | undefined {
  if (Array.isArray(body)) return { messages: body, token: undefined, sentAt };
  const fields = fieldsOf(body);
  if (!fields) return undefined;
  const { batch } = fields;
  if (batch !== undefined && !Array.isArray(batch)) return undefined;
  return {
    messages: batch ?? [fields],
    token: tokenOf(fields),
    said: fields,
    sentAt: fields['sent_at'] ?? sentAt,
  };
}

/** The project's token of all the events; undefined where there is none, null where they differ. */
export function posthogToken({ messages, token }: PosthogRequest): string | undefined | null {
  let found = token;
  for (const message of messages) {
    const named = tokenOf(fieldsOf(message) ?? {});
    if (named === undefined || named === found) continue;
    if (found !== undefined) return null;
    found = named;
  }
  return found;
}

/** The tokens as they were sent, of the request and of each event. */
export function posthogTokens({ said, messages }: PosthogRequest): readonly unknown[] {
  return [said, ...messages].map((each) => saidIn(fieldsOf(each) ?? {}));
}

/** Name and version of the client, of the first event that says. */
export function posthogSdk({ messages }: Pick<PosthogRequest, 'messages'>): string | undefined {
  const properties = fieldsOf(fieldsOf(messages[0])?.['properties']);
  const name = textIn(properties?.['$lib']);
  return name && [name, textIn(properties?.['$lib_version'])].filter(Boolean).join('/');
}

/** What makes an input of each event: or why there is none. `address` is the request's. */
export function posthogItems(
  siteId: string,
  { sentAt }: Pick<PosthogRequest, 'sentAt'>,
  sender: DecideContext,
  address?: string,
): (message: unknown) => unknown {
  return (message) => {
    const event = fieldsOf(message);
    if (!event) return new RefusedItem('invalid_shape', 'an event must be an object', siteId);
    const properties = fieldsOf(event['properties']) ?? {};
    const name = textIn(event['event'])?.trim() ?? (event['$set'] || event['$set_once'] ? '$set' : undefined);
    if (name === undefined)
      return new RefusedItem('missing_event', 'event must be the name of what happened', siteId);
    const distinctId = idIn(event['distinct_id'] ?? event['$distinct_id'] ?? properties['distinct_id'], 200);
    if (distinctId === undefined)
      return new RefusedItem('missing_id', 'distinct_id must say who it was', siteId);
    const skewed = properties['$ignore_sent_at'] !== true;
    const id = idIn(event['uuid']);
    return defined({
      siteId,
      eventType: TYPES[name] ?? eventTypeIn(name),
      eventId: id && (canonicalUuid(id) ?? eventIdFrom(siteId, id)),
      ...whoIs(name, distinctId, properties),
      timestamp: occurredAt({
        receivedAt: sender.receivedAt,
        timestamp: event['timestamp'],
        sentAt: skewed ? (event['sent_at'] ?? sentAt) : undefined,
        offset: event['offset'],
      }),
      ...pageOf(name, properties),
      screen: screenIn(properties['$screen_width'], properties['$screen_height']),
      language: textIn(properties['$browser_language']) ?? textIn(properties['$locale']),
      userAgent: visitorAgent(properties['$raw_user_agent'] ?? properties['$user_agent'], sender),
      address: textIn(properties['$ip']) ?? (isOnPhone(properties) ? address : undefined),
      properties: unlessEmpty(posthogProperties(name, event, properties)),
    });
  };
}

function saidIn(fields: Fields): unknown {
  const properties = fieldsOf(fields['properties']);
  const { api_key, token, $token } = fields;
  return api_key ?? token ?? $token ?? properties?.['token'] ?? properties?.['api_key'];
}

function tokenOf(fields: Fields): string | undefined {
  const properties = fieldsOf(fields['properties']);
  return (
    textIn(fields['api_key']) ??
    textIn(fields['token']) ??
    textIn(fields['$token']) ??
    textIn(properties?.['token']) ??
    textIn(properties?.['api_key'])
  );
}

/**
 * One `distinct_id` stands for both: the visitor until somebody signs in, the user from then on. The client of browsers
 * and phones says which by the ID of its device; a server means its user, unless it passes on what a browser made.
 */
function whoIs(name: string, distinctId: string, properties: Fields): object {
  if (distinctId === COOKIELESS || properties['$cookieless_mode'] === true) return { cookieless: true };
  const device = idIn(properties['$device_id'], 200);
  const before = name === '$identify' ? idIn(properties['$anon_distinct_id'], 200) : undefined;
  if (before !== undefined) return { userId: distinctId, visitorId: before };
  if (device === distinctId) return { visitorId: distinctId };
  if (device !== undefined) return { userId: distinctId, visitorId: device };
  const anonymous = properties['$process_person_profile'] === false || UUID_V7.test(distinctId);
  return { visitorId: distinctId, ...((name === '$identify' || !anonymous) && { userId: distinctId }) };
}

/** Phones send their own events, so the request comes from where their visitor is. */
const isOnPhone = ({ $lib: client }: Fields): boolean =>
  typeof client === 'string' && /^posthog-(?:ios|android|flutter|react-native)/.test(client);

function pageOf(name: string, properties: Fields): object {
  const place = placeIn(properties['$current_url']);
  const referrer = properties['$referrer'];
  return {
    ...(Object.keys(place).length > 0 ? place : placeIn(properties['$pathname'])),
    referrer: referrer === '$direct' ? undefined : referrerIn(referrer),
    title: titleIn(properties['$title'] ?? (name === '$pageview' ? properties['title'] : undefined)),
  };
}
