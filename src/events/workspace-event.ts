import { keyEvent, type KeyEvent } from './key-event.js';
import type { SiteRule } from './site-rules/site-rule.js';
import type { PropertyDefinition } from './types/definition.js';
import { readDefinitions } from './types/read-definitions.js';
import { isVisitorPolicy, type VisitorPolicy } from './visitor-policy.js';
import { validateSiteRule } from './site-rules/validate-site-rule.js';

/** What the WORKSPACE stream holds, one event per message. Times are milliseconds since the epoch. */
export type WorkspaceEvent = SiteEvent | KeyEvent | PartitionsSet;

/** Subject `workspace.site.<siteId>`: a site's settings are one sequence of events. */
export type SiteEvent =
  | SiteCreated
  | SiteRenamed
  | SiteTransferred
  | SiteTimeZoneChanged
  | SiteOriginsChanged
  | SiteArchived
  | SiteRestored
  | SiteDeletionScheduled
  | SiteDeletionCancelled
  | RuleAdded
  | RuleRemoved
  | EventTypeDefined
  | VisitorPolicyChanged;

interface OfSite {
  readonly siteId: string;
  readonly at: number;
  /** Who asked for it. */
  readonly actor: string;
}

export interface SiteCreated extends OfSite {
  readonly type: 'SiteCreated';
  /** Where the site's events live from now on, whatever P becomes. */
  readonly partition: number;
  /** As people know it; without one it goes by its ID. */
  readonly name?: string;
  /** Whose it is; without one nobody's, as where there are no accounts. */
  readonly organizationId?: string;
}

/** Whose the site is from now on, with all its past. */
export interface SiteTransferred extends OfSite {
  readonly type: 'SiteTransferred';
  readonly organizationId: string;
}

export interface SiteRenamed extends OfSite {
  readonly type: 'SiteRenamed';
  readonly name: string;
}

/** The zone in which the site's days and hours begin, from now on and for its past. */
export interface SiteTimeZoneChanged extends OfSite {
  readonly type: 'SiteTimeZoneChanged';
  /** IANA name. */
  readonly timeZone: string;
}

/** From which pages its public keys may send; empty: from any. */
export interface SiteOriginsChanged extends OfSite {
  readonly type: 'SiteOriginsChanged';
  readonly origins: readonly string[];
}

/** It takes no events; its figures can be read. */
export interface SiteArchived extends OfSite {
  readonly type: 'SiteArchived';
}

export interface SiteRestored extends OfSite {
  readonly type: 'SiteRestored';
}

/** From then on it is as if there were no such site, unless that is called off before. */
export interface SiteDeletionScheduled extends OfSite {
  readonly type: 'SiteDeletionScheduled';
  readonly deletesAt: number;
}

export interface SiteDeletionCancelled extends OfSite {
  readonly type: 'SiteDeletionCancelled';
}

/** What is left out of the site's figures, or shown as another path, from now on and in its past. */
export interface RuleAdded extends OfSite {
  readonly type: 'RuleAdded';
  readonly rule: SiteRule;
}

export interface RuleRemoved extends OfSite {
  readonly type: 'RuleRemoved';
  readonly ruleId: string;
}

/** What an event type means, for whoever reads its figures. */
export interface EventTypeDefined extends OfSite {
  readonly type: 'EventTypeDefined';
  readonly eventType: string;
  readonly description: string;
  /** What its events carry. Absent: nothing was said of that. */
  readonly properties?: readonly PropertyDefinition[];
  /** Events that carry something else are refused; else stored with a warning. */
  readonly strict?: boolean;
}

/** How visitors are known again, of events that come in from now on. */
export interface VisitorPolicyChanged extends OfSite, VisitorPolicy {
  readonly type: 'VisitorPolicyChanged';
}

/** Subject `workspace.log.partitions`. */
export interface PartitionsSet {
  readonly type: 'PartitionsSet';
  /** P: how many partitions new sites are spread over. */
  readonly partitions: number;
  readonly at: number;
}

/** Undefined for what this version does not know: a newer process may have written it. */
export function decodeWorkspaceEvent(text: string): WorkspaceEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const e = value as Partial<Record<string, unknown>>;
  if (!isCount(e.at)) return undefined;
  if (e.type === 'PartitionsSet') {
    return isCount(e.partitions) && e.partitions > 0
      ? { type: 'PartitionsSet', partitions: e.partitions, at: e.at }
      : undefined;
  }
  if (typeof e.type === 'string' && e.type.startsWith('Key')) return keyEvent(e, e.at);
  if (typeof e.siteId !== 'string' || typeof e.actor !== 'string') return undefined;
  return siteEvent(e, { siteId: e.siteId, at: e.at, actor: e.actor });
}

function siteEvent(e: Partial<Record<string, unknown>>, of: OfSite): SiteEvent | undefined {
  const { type, partition, name, timeZone, ruleId, eventType, description, organizationId } = e;
  if (type === 'SiteCreated' && isCount(partition))
    return {
      type,
      ...of,
      partition,
      ...(typeof name === 'string' && { name }),
      ...(typeof organizationId === 'string' && { organizationId }),
    };
  if (type === 'SiteTransferred' && typeof organizationId === 'string')
    return { type, ...of, organizationId };
  if (type === 'SiteRenamed' && typeof name === 'string') return { type, ...of, name };
  if (type === 'SiteTimeZoneChanged' && typeof timeZone === 'string') return { type, ...of, timeZone };
  if (type === 'SiteArchived' || type === 'SiteRestored' || type === 'SiteDeletionCancelled')
    return { type, ...of };
  if (type === 'SiteDeletionScheduled' && isCount(e.deletesAt))
    return { type, ...of, deletesAt: e.deletesAt };
  if (type === 'SiteOriginsChanged' && Array.isArray(e.origins)) {
    const origins = e.origins.filter((each) => typeof each === 'string');
    return origins.length === e.origins.length ? { type, ...of, origins } : undefined;
  }
  if (type === 'RuleAdded') {
    // A rule of a kind that only newer code knows is passed over like any event of that code.
    const read = validateSiteRule(e.rule);
    return read.valid ? { type, ...of, rule: read.rule } : undefined;
  }
  if (type === 'RuleRemoved' && typeof ruleId === 'string') return { type, ...of, ruleId };
  if (type === 'VisitorPolicyChanged' && isVisitorPolicy(e))
    return { type, ...of, identity: e.identity, signals: e.signals };
  if (type === 'EventTypeDefined' && typeof eventType === 'string' && typeof description === 'string') {
    const read = readDefinitions(e.properties ?? []);
    // A kind of property that only newer code knows is no reason to lose the rest of it.
    const properties = read.valid && read.properties.length > 0 ? { properties: read.properties } : {};
    return { type, ...of, eventType, description, ...properties, ...(e.strict === true && { strict: true }) };
  }
  return undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
