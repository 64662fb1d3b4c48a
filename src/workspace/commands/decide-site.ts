import { isEventType } from '#events/rules.js';
import { readDefinitions } from '#events/types/read-definitions.js';
import type { KeyEvent } from '#events/key-event.js';
import type { RuleFault } from '#events/site-rules/validate-site-rule.js';
import type {
  EventTypeDefined,
  SiteCreated,
  SiteEvent,
  SiteRenamed,
  SiteTimeZoneChanged,
  VisitorPolicyChanged,
} from '#events/workspace-event.js';
import { isVisitorPolicy, PRIVACY_SIGNALS, VISITOR_IDENTITIES } from '#events/visitor-policy.js';
import type { DefinedEventType, Site } from '#workspace/state/workspace.js';

/** What a command comes to where a site stands as it does. */
export type Decision<E extends SiteEvent | KeyEvent = SiteEvent> =
  | { readonly event: E }
  /** The settings are as the command wants them. */
  | 'unchanged'
  | Refusal;

/** Never worth asking again as it is. */
export interface Refusal {
  readonly refused: 'invalid' | 'exists' | 'too_many' | 'unknown_site' | 'unknown_key';
  /** Names the field, and says what is allowed. */
  readonly message: string;
  /** One by one, where a rule has several fields. */
  readonly faults?: readonly RuleFault[] | undefined;
}

/** Who asks, when (milliseconds since the epoch). */
export interface Asked {
  readonly actor: string;
  readonly at: number;
}

const NAME_RULE = 'must be 1 to 100 printable characters';
const DESCRIPTION_LENGTH = 500;
/** Of one site: all of them are looked at for each of its events. */
const MOST_EVENT_TYPES = 1_000;

/** @param partition where the events of a site that is new are to live */
export function decideCreate(
  site: Site | undefined,
  {
    siteId,
    name,
    organizationId,
  }: {
    readonly siteId: string;
    readonly name?: string | undefined;
    /** Whose it is to be; without one nobody's. */
    readonly organizationId?: string | undefined;
  },
  partition: number,
  asked: Asked,
): Decision<SiteCreated> {
  if (site) return siteExists(siteId);
  const wanted = name?.trim();
  if (wanted !== undefined && !isName(wanted)) return invalid(`name ${NAME_RULE}`);
  const event = { type: 'SiteCreated', siteId, partition, ...asked } as const;
  return {
    event: {
      ...event,
      ...(wanted !== undefined && { name: wanted }),
      ...(organizationId !== undefined && { organizationId }),
    },
  };
}

export function decideRename(site: Site | undefined, name: string, asked: Asked): Decision<SiteRenamed> {
  const wanted = name.trim();
  if (!site) return unknownSite();
  if (!isName(wanted)) return invalid(`name ${NAME_RULE}`);
  if (wanted === site.name) return 'unchanged';
  return { event: { type: 'SiteRenamed', siteId: site.id, name: wanted, ...asked } };
}

export function decideTimeZone(
  site: Site | undefined,
  timeZone: string,
  asked: Asked,
): Decision<SiteTimeZoneChanged> {
  if (!site) return unknownSite();
  const wanted = zoneNamed(timeZone.trim());
  if (wanted === undefined)
    return invalid('timeZone must be the name of an IANA time zone, such as "Europe/Vienna" or "UTC"');
  if (wanted === site.timeZone) return 'unchanged';
  return { event: { type: 'SiteTimeZoneChanged', siteId: site.id, timeZone: wanted, ...asked } };
}

/** @param given what is not given stays as it is */
export function decideVisitorPolicy(
  site: Site | undefined,
  given: { readonly identity?: string | undefined; readonly signals?: string | undefined },
  asked: Asked,
): Decision<VisitorPolicyChanged> {
  if (!site) return unknownSite();
  const { identity = site.visitors.identity, signals = site.visitors.signals } = given;
  const wanted = { identity, signals };
  if (!isVisitorPolicy(wanted)) {
    const isIdentity = isVisitorPolicy({ identity, signals: site.visitors.signals });
    return isIdentity
      ? invalid(`signals must be one of ${PRIVACY_SIGNALS.join(', ')}`)
      : invalid(`identity must be one of ${VISITOR_IDENTITIES.join(', ')}`);
  }
  if (identity === site.visitors.identity && signals === site.visitors.signals) return 'unchanged';
  return { event: { type: 'VisitorPolicyChanged', siteId: site.id, ...wanted, ...asked } };
}

export interface GivenEventType {
  readonly eventType: string;
  readonly description: string;
  /** In their JSON form; undefined: as they are. */
  readonly properties?: unknown;
  /** Undefined: as it is. */
  readonly strict?: boolean | undefined;
}

/** An empty description takes back what was said, and an empty list of properties what its events carry. */
export function decideDefineEventType(
  site: Site | undefined,
  given: GivenEventType,
  asked: Asked,
): Decision<EventTypeDefined> {
  const eventType = given.eventType.trim();
  const description = given.description.trim();
  if (!site) return unknownSite();
  if (!isEventType(eventType)) return invalidField('eventType', `${NAME_RULE}, such as "page_view"`);
  if (description.length > DESCRIPTION_LENGTH || UNPRINTABLE.test(description))
    return invalidField('description', `must be at most ${DESCRIPTION_LENGTH} printable characters`);
  const known = site.eventTypes.get(eventType);
  if (!known && site.eventTypes.size >= MOST_EVENT_TYPES) return tooMany(MOST_EVENT_TYPES, 'event types');
  const before = known ?? { description: '', properties: [], strict: false };
  const read = readDefinitions(given.properties ?? before.properties);
  if (!read.valid)
    return { ...invalid(read.faults.map(({ message }) => message).join('; ')), faults: read.faults };
  const { properties } = read;
  const strict = properties.length > 0 && (given.strict ?? before.strict);
  if (JSON.stringify({ description, properties, strict }) === JSON.stringify(said(before)))
    return 'unchanged';
  const carried = { ...(properties.length > 0 && { properties }), ...(strict && { strict }) };
  return {
    event: { type: 'EventTypeDefined', siteId: site.id, eventType, description, ...carried, ...asked },
  };
}

const said = ({ description, properties, strict }: DefinedEventType) => ({ description, properties, strict });

const zones = new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone]));

/** As it is usually written. Not an offset such as +05:45: PostgreSQL reads that the other way round. */
function zoneNamed(text: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(text)) return undefined;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
  } catch {
    return undefined;
  }
  return zones.get(text.toLowerCase()) ?? (text.toUpperCase() === 'UTC' ? 'UTC' : text);
}

// Control, format, surrogate and private characters; a line may be broken.
const UNPRINTABLE = /[^\P{C}\n]/u;

// A site's name is shown and compared by people, as an event type is.
const isName = isEventType;

const invalid = (message: string): Refusal => ({ refused: 'invalid', message });

function invalidField(field: string, words: string): Refusal {
  const message = `${field} ${words}`;
  return { ...invalid(message), faults: [{ field, message }] };
}

export const tooMany = (most: number, what: string): Refusal => ({
  refused: 'too_many',
  message: `there may be ${most.toLocaleString('en')} ${what}`,
});

/** The same whoever has it. */
export const siteExists = (siteId: string): Refusal => ({
  refused: 'exists',
  message: `siteId: there is a site "${siteId}" already`,
});

export const unknownSite = (): Refusal => ({
  refused: 'unknown_site',
  message: 'siteId: there is no such site; createSite makes it',
});
