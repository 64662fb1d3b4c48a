import { canonicalUuid, eventIdFrom } from '#events/event-id.js';
import type { DecideContext } from '#events/track-event.js';

import type { RefusalCode } from '../../refusal-codes.js';
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

type Fields = Readonly<Record<string, unknown>>;
type Kind = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias';

/** The addresses of single calls, and the short ones of the browser's client. */
export const SEGMENT_CALLS: Readonly<Record<string, Kind>> = {
  track: 'track',
  t: 'track',
  page: 'page',
  p: 'page',
  screen: 'screen',
  s: 'screen',
  identify: 'identify',
  i: 'identify',
  group: 'group',
  g: 'group',
  alias: 'alias',
  a: 'alias',
};
const KINDS: ReadonlySet<unknown> = new Set(Object.values(SEGMENT_CALLS));

/** What a request says for all of its messages. */
interface Envelope {
  readonly sender: DecideContext;
  /** Where a key says whose the messages are, whatever else they say. */
  readonly siteId: string | undefined;
  /** From the body. */
  readonly writeKey?: string | undefined;
  /** Of Basic authentication, which clients send beside the body's. */
  readonly basicKey: string | undefined;
  readonly address: string | undefined;
  readonly context?: Fields | undefined;
  readonly sentAt?: unknown;
}

/** What the request says beside its body. */
export interface SegmentFrom {
  readonly sender: DecideContext;
  /** Where a key says whose the messages are, whatever else they say. */
  readonly siteId?: string | undefined;
  /** Of Basic authentication. */
  readonly key: string | undefined;
  /** Of the request; phones send their own events, and say so. */
  readonly address?: string | undefined;
}

/** One call, `POST /v1/track` and its like: an input for the command, or why there is none. */
export function segmentItem(body: Fields, kind: Kind, from: SegmentFrom): unknown {
  const { sender, siteId, key: basicKey, address } = from;
  return itemOf({ ...body, type: kind }, { sender, siteId, basicKey, address });
}

/** `POST /v1/batch`: what makes an input of each of its messages. */
export function segmentBatch(body: Fields, from: SegmentFrom): (message: unknown) => unknown {
  const envelope = {
    sender: from.sender,
    siteId: from.siteId,
    address: from.address,
    writeKey: textIn(body['writeKey']),
    basicKey: from.key,
    context: fieldsOf(body['context']),
    sentAt: body['sentAt'],
  };
  return (message) => {
    const fields = fieldsOf(message);
    return fields
      ? itemOf(fields, envelope)
      : refused(envelope, 'invalid_shape', 'a message must be an object');
  };
}

/** Name and version of the client, of the first message that says: a request is one client's. */
export function segmentSdk(body: Fields): string | undefined {
  const messages: readonly unknown[] = Array.isArray(body['batch']) ? [body, body['batch'][0]] : [body];
  for (const message of messages) {
    const library = fieldsOf(fieldsOf(fieldsOf(message)?.['context'])?.['library']);
    const name = textIn(library?.['name']);
    if (name !== undefined) return [name, textIn(library?.['version'])].filter(Boolean).join('/');
  }
  return undefined;
}

/** The write key of `Authorization: Basic base64(key + ":")`; the colon may be missing. */
export function basicKey(authorization: string | undefined): string | undefined {
  const encoded = /^Basic\s+([\w+/=-]+)$/i.exec(authorization?.trim() ?? '')?.[1];
  return encoded && textIn(Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0]);
}

/** What `@segment/analytics-next` loads before it sends: where to send, and that nothing is sent anywhere else. */
export function segmentSettings(writeKey: string, host: string, protocol: 'http' | 'https'): object {
  const apiHost = `${host}/v1`;
  return {
    integrations: { 'Segment.io': { apiKey: writeKey, apiHost, protocol, addBundledMetadata: false } },
    plan: { track: {}, identify: {}, group: {} },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    // Left alone, the client reports about itself to its maker's host.
    metrics: { sampleRate: 0, host: apiHost },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}

function itemOf(message: Fields, envelope: Envelope): unknown {
  const kind = message['type'];
  if (!KINDS.has(kind)) {
    return refused(
      envelope,
      'unknown_type',
      'type must be track, page, screen, identify, group or alias',
      message,
    );
  }
  const userId = idIn(message['userId']);
  const visitorId = idIn(message['anonymousId']) ?? idIn(message['previousId']) ?? userId;
  if (visitorId === undefined) {
    return refused(envelope, 'missing_id', 'userId or anonymousId must say who it was', message);
  }
  if (kind === 'track' && textIn(message['event']) === undefined) {
    return refused(envelope, 'missing_event', 'event must be the name of what happened', message);
  }
  const siteId = siteOf(message, envelope);
  if (envelope.siteId === undefined && envelope.basicKey !== undefined && envelope.basicKey !== siteId) {
    // Whose event it is cannot be known, and one of the two would be counted for a stranger.
    return refused(
      envelope,
      'ambiguous_key',
      'writeKey and the key of Authorization must be the same',
      message,
    );
  }
  const context: Fields = { ...envelope.context, ...fieldsOf(message['context']) };
  const screen = fieldsOf(context['screen']);
  const { sender } = envelope;
  return defined({
    siteId,
    eventType: typeOf(kind as Kind, message),
    eventId: eventIdOf(siteId, message['messageId']),
    userId,
    visitorId,
    timestamp: occurredAt({
      receivedAt: sender.receivedAt,
      timestamp: message['timestamp'] ?? message['originalTimestamp'],
      sentAt: message['sentAt'] ?? envelope.sentAt,
    }),
    ...pageOf(kind as Kind, message, context),
    screen: screenIn(screen?.['width'], screen?.['height']),
    language: textIn(context['locale']),
    userAgent: visitorAgent(context['userAgent'], sender),
    address: context['direct'] === true ? envelope.address : textIn(context['ip']),
    properties: unlessEmpty(propertiesOf(kind as Kind, message)),
  });
}

const siteOf = (message: Fields, { siteId, writeKey, basicKey }: Envelope): string | undefined =>
  siteId ?? textIn(message['writeKey']) ?? writeKey ?? basicKey;

function refused(envelope: Envelope, reason: RefusalCode, why: string, message: Fields = {}): RefusedItem {
  return new RefusedItem(reason, why, siteOf(message, envelope));
}

function eventIdOf(siteId: string | undefined, messageId: unknown): string | undefined {
  const id = idIn(messageId);
  return id === undefined ? undefined : (canonicalUuid(id) ?? eventIdFrom(siteId ?? '', id));
}

function typeOf(kind: Kind, message: Fields): string | undefined {
  if (kind === 'track') return eventTypeIn(message['event']);
  if (kind === 'page') return 'page_view';
  return kind === 'screen' ? 'screen_view' : kind;
}

/** A page call says where it was in its properties; the other calls, and it too, in their context. */
function pageOf(kind: Kind, message: Fields, context: Fields): object {
  const around = fieldsOf(context['page']);
  const page: Fields = { ...around, ...(kind === 'page' && fieldsOf(message['properties'])) };
  const url = placeIn(page['url']);
  return {
    ...(Object.keys(url).length > 0 ? url : placeIn(page['path'])),
    referrer: referrerIn(page['referrer']),
    title: titleIn(page['title']),
  };
}

/** Said by the event's own fields. */
const OF_PAGES = new Set(['url', 'path', 'referrer', 'title', 'search']);

function propertiesOf(kind: Kind, message: Fields): Fields {
  const traits = unlessEmpty(fieldsOf(message['traits']) ?? {});
  const properties = fieldsOf(message['properties']);
  const named = defined({ name: textIn(message['name']), category: textIn(message['category']) });
  switch (kind) {
    case 'track':
      return { ...properties };
    case 'page':
      return {
        ...Object.fromEntries(Object.entries(properties ?? {}).filter(([key]) => !OF_PAGES.has(key))),
        ...named,
      };
    case 'screen':
      return { ...properties, ...named };
    case 'identify':
      return defined({ traits });
    case 'group':
      return defined({ groupId: idIn(message['groupId']), traits });
    case 'alias':
      return defined({ previousId: idIn(message['previousId']) });
  }
}
