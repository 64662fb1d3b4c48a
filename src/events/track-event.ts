import { validateSync } from 'class-validator';
import { anonymousVisitorId } from './anonymous-visitor.js';
import { compileRules } from './compiled-rules.js';
import { encodeEvent } from './codec.js';
import { newEventId } from './event-id.js';
import { builtInType } from './event-types.js';
import { wellFormedProperties } from './properties.js';
import * as rules from './rules.js';
import { withoutSecrets } from './secrets.js';
import type { EventPlace, StoredEvent } from './stored-event.js';
import { tidy, wellFormed } from './text.js';
import { parseTimestamp } from './timestamp.js';
import { checkProperties, type Checked } from './types/check-properties.js';
import { DEFAULT_VISITOR_POLICY, type VisitorPolicy } from './visitor-policy.js';
import { deviceOf, TrackEventInput, type Device } from './track-event-input.js';
import type { EventTypeDefinition } from './types/definition.js';

/** An event in the log takes at most this many bytes, as one line of JSON. */
export const maxEventBytes = 32 * 1024;

/** What the request says beside the event's own fields. Times in milliseconds since the epoch. */
export interface DecideContext {
  readonly receivedAt: number;
  readonly dialect: string;
  readonly sdk?: string | undefined;
  readonly requestId?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly language?: string | undefined;
  readonly clientHints?: Readonly<Record<string, string>> | undefined;
  /** Used where the event names no visitor; ignored when it is no fit visitor ID. */
  readonly cookieVisitorId?: string | undefined;
  /** Used and never kept, nor is `address` of an event. */
  readonly address?: string | undefined;
  /** As a proxy of one's own says. */
  readonly geo?: EventPlace | undefined;
  /** Today's; needed for cookieless events. */
  readonly salt?: Uint8Array | undefined;
  /** The visitor's browser asks not to be tracked (`Sec-GPC` or `DNT`). */
  readonly privacySignal?: boolean | undefined;
  /** The sender has no pages: neither `path` nor `url` is needed. */
  readonly pageless?: boolean | undefined;
}

/** What is known beside the request. */
export interface Known {
  /** How a site defined an event type, where it did. */
  readonly definitionOf?: (siteId: string, type: string) => EventTypeDefinition | undefined;
  /** Of an address, where it is known. */
  readonly placeOf?: (address: string) => EventPlace | undefined;
  /** Undefined for a site that is not there yet. */
  readonly visitorPolicyOf?: (siteId: string) => VisitorPolicy | undefined;
}

export interface Accepted {
  readonly accepted: true;
  readonly event: StoredEvent;
  /** Its visitor is known for a day, so no cookie is to be set. */
  readonly cookieless: boolean;
  /** One for each field that was left out because it is unfit. */
  readonly warnings?: readonly string[];
}

export interface Rejected {
  readonly accepted: false;
  /** Label for metrics: `invalid_<field>`, `invalid_shape` or `event_too_large`, by the first fault. */
  readonly reason: string;
  /** One for each fault, naming the field and what is allowed. */
  readonly messages: string[];
}

const fields = [
  'siteId',
  'eventType',
  'path',
  'url',
  'timestamp',
  'eventId',
  'userId',
  'visitorId',
  'referrer',
  'title',
  'properties',
  'cookieless',
] as const satisfies readonly (keyof TrackEventInput)[];

const passes = compileRules(TrackEventInput);

/** Whether an event's visitor may be known for a day only, so that `decide` needs a salt. */
export function isCookieless(input: unknown, context: DecideContext, known: Known): boolean {
  const event = input as Partial<TrackEventInput> | null | undefined;
  if (typeof event?.siteId !== 'string') return false;
  return event.cookieless === true || overruled(event.siteId, context, known) !== undefined;
}

/** Who wants no ID to be kept, whatever the event says: the site, or the visitor. */
function overruled(
  siteId: string,
  { privacySignal }: DecideContext,
  { visitorPolicyOf }: Known,
): 'by_site' | 'by_visitor' | undefined {
  const { identity, signals } = visitorPolicyOf?.(siteId) ?? DEFAULT_VISITOR_POLICY;
  if (privacySignal && signals === 'honoured') return 'by_visitor';
  return identity === 'cookieless' ? 'by_site' : undefined;
}

/**
 * Accepts or refuses one event; fields that are not in `TrackEventInput` are dropped. Never throws for input.
 *
 * @throws TypeError for an event that `isCookieless` where the context has no salt
 */
export function decide(input: unknown, context: DecideContext, known: Known = {}): Accepted | Rejected {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return rejected('invalid_shape', ['the event must be a JSON object']);
  }
  if (Object.hasOwn(input, '__proto__')) {
    return rejected('invalid_shape', ['the event must not have the key __proto__']);
  }
  const candidate = new TrackEventInput();
  for (const field of fields) {
    if (Object.hasOwn(input, field)) candidate[field] = (input as TrackEventInput)[field] as never;
  }
  if (context.pageless) candidate.pageless = true;
  const occurredAt = typeof candidate.timestamp === 'string' ? (parseTimestamp(candidate.timestamp) ?? 0) : 0;
  const ahead = occurredAt > context.receivedAt + rules.maxAhead;
  if (ahead || !passes(candidate)) return explain(candidate, ahead);
  const type = wellFormed(candidate.eventType).trim();
  const checked = propertiesChecked(type, candidate, known);
  if (checked && checked.refused.length > 0) return rejected('invalid_properties', [...checked.refused]);
  const by = overruled(candidate.siteId, context, known);
  if (by) Object.assign(candidate, { cookieless: true, visitorId: null });
  if (by === 'by_visitor') forgetPerson(candidate);
  const { device, unfit } = deviceOf(input);
  const warnings = checked ? [...unfit, ...checked.warnings] : unfit;
  const event = toStored(
    candidate,
    { type, occurredAt, device, geo: placeOf(device, context, known) },
    context,
  );
  // Only properties and texts near their limits can come to 32 KB; the append refuses it in any case.
  if (mayBeLarge(event) && Buffer.byteLength(encodeEvent(event)) > maxEventBytes) {
    return rejected('event_too_large', ['the event must be at most 32,768 bytes']);
  }
  const cookieless = candidate.cookieless === true && candidate.visitorId == null;
  const accepted: Accepted = { accepted: true, event, cookieless };
  return warnings.length > 0 ? { ...accepted, warnings } : accepted;
}

const PERSONAL = new Set(['traits', 'previousId', 'groupId']);

/** What says who somebody is, in properties of `identify` and its like too. */
function forgetPerson(candidate: TrackEventInput): void {
  candidate.userId = null;
  if (candidate.properties == null) return;
  const told = Object.entries(candidate.properties).filter(([name]) => !PERSONAL.has(name));
  candidate.properties = Object.fromEntries(told);
}

/** By what the product knows of the type, and by what the site says of it. Undefined where nobody says anything. */
function propertiesChecked(
  type: string,
  { siteId, properties }: TrackEventInput,
  { definitionOf }: Known,
): Checked | undefined {
  const builtIn = builtInType(type);
  const defined = definitionOf?.(siteId, type);
  if (!defined && (builtIn === undefined || builtIn.properties.length === 0)) return undefined;
  const given = properties ?? {};
  const checks = [builtIn, defined].flatMap((each) => (each ? [checkProperties(each, given)] : []));
  return {
    refused: [...new Set(checks.flatMap((each) => each.refused))],
    warnings: [...new Set(checks.flatMap((each) => each.warnings))],
  };
}

/** The words, from class-validator itself. `ahead` needs our clock, so it is the one fault that no decorator knows. */
function explain(candidate: TrackEventInput, ahead: boolean): Rejected {
  const faults = validateSync(candidate, { stopAtFirstError: true }).map((error) => ({
    field: error.property,
    messages: Object.values(error.constraints ?? {}),
  }));
  if (ahead)
    faults.push({ field: 'timestamp', messages: ['timestamp must not be more than 24 hours ahead'] });
  const order = (name: string) => (fields as readonly string[]).indexOf(name);
  faults.sort((a, b) => order(a.field) - order(b.field));
  const label = (faults[0]?.field ?? 'shape').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return rejected(
    `invalid_${label}`,
    faults.flatMap((fault) => fault.messages),
  );
}

function rejected(reason: string, messages: string[]): Rejected {
  return { accepted: false, reason, messages };
}

/** What a proxy says is about whoever sent the request. */
function placeOf({ address }: Device, context: DecideContext, known: Known): EventPlace | undefined {
  if (address === undefined && context.geo) return context.geo;
  const from = address ?? context.address;
  return from === undefined ? undefined : known.placeOf?.(from);
}

interface Derived {
  readonly type: string;
  readonly occurredAt: number;
  readonly device: Device;
  readonly geo: EventPlace | undefined;
}

function toStored(
  input: TrackEventInput,
  { type, occurredAt, device, geo }: Derived,
  context: DecideContext,
): StoredEvent {
  const userAgent = tidy(device.userAgent ?? context.userAgent, 512);
  const language = tidy(device.language ?? context.language, 64);
  const sdk = tidy(context.sdk, 100);
  const requestId = tidy(context.requestId, 200);
  const { path, url } = pageOf(input);
  const source: Writable<StoredEvent['source']> = { dialect: context.dialect };
  if (sdk !== undefined) source.sdk = sdk;
  if (device.userAgent !== undefined) source.agent = 'named';
  // Field by field, as spreading what may be absent is slower. The order is that of the lines in the log.
  const event = {
    v: 1,
    id: input.eventId?.toLowerCase() ?? newEventId(context.receivedAt),
    site: input.siteId,
    type,
    occurredAt,
    receivedAt: context.receivedAt,
    visitorId: visitorIdOf(input, device, context),
  } as Writable<StoredEvent>;
  if (input.userId != null) event.userId = wellFormed(input.userId).trim();
  if (url !== undefined) event.url = url;
  if (path !== undefined) event.path = path;
  if (input.referrer) event.referrer = wellFormed(withoutSecrets(input.referrer));
  if (input.title) event.title = wellFormed(input.title);
  if (userAgent !== undefined) event.userAgent = userAgent;
  // Hints describe whoever sent the request.
  if (context.clientHints !== undefined && device.userAgent === undefined) {
    event.clientHints = tidyHints(context.clientHints);
  }
  if (language !== undefined) event.language = language;
  if (device.screen !== undefined) event.screen = device.screen;
  if (geo) event.geo = geo;
  if (input.properties != null) event.properties = wellFormedProperties(input.properties);
  event.source = source;
  if (requestId !== undefined) event.requestId = requestId;
  return event;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** The URL only where it says more than the path. */
function pageOf({ path: target, url }: TrackEventInput): Pick<StoredEvent, 'url' | 'path'> {
  const path = target != null ? rules.pathOf(target) : url != null ? rules.pathOfUrl(url) : undefined;
  if (path === undefined) return {};
  const full =
    url != null ? withoutSecrets(url.trim()) : path === target ? path : withoutSecrets(target ?? '');
  return full === path ? { path: wellFormed(path) } : { url: wellFormed(full), path: wellFormed(path) };
}

function visitorIdOf(input: TrackEventInput, device: Device, context: DecideContext): string {
  if (input.visitorId != null) return wellFormed(input.visitorId).trim();
  if (input.cookieless) {
    if (context.salt === undefined) throw new TypeError('a cookieless event needs a salt');
    return anonymousVisitorId(context.salt, {
      siteId: input.siteId,
      address: device.address ?? context.address ?? '',
      userAgent: device.userAgent ?? context.userAgent ?? '',
    });
  }
  const cookie = context.cookieVisitorId;
  if (cookie !== undefined && rules.personIdRule(cookie) === undefined) return wellFormed(cookie).trim();
  return newEventId(context.receivedAt);
}

function tidyHints(hints: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(hints).slice(0, 20);
  return Object.fromEntries(
    kept
      .map(([name, value]) => [tidy(name, 64) ?? '', tidy(value, 200) ?? ''] as const)
      .filter(([n]) => n !== ''),
  );
}

function mayBeLarge(event: StoredEvent): boolean {
  const texts = (event.url?.length ?? 0) + (event.path?.length ?? 0) + (event.referrer?.length ?? 0);
  const properties = event.properties === undefined ? 0 : 16_384;
  // Six bytes for each unit at worst (an escaped control character); 8 KB for everything else.
  return texts * 6 + (event.title?.length ?? 0) * 6 + properties + 8192 > maxEventBytes;
}
