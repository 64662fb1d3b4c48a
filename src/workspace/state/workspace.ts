import type { SiteRule } from '#events/site-rules/site-rule.js';
import type { EventTypeDefinition } from '#events/types/definition.js';
import { DEFAULT_VISITOR_POLICY, type VisitorPolicy } from '#events/visitor-policy.js';
import {
  decodeWorkspaceEvent,
  type RuleAdded,
  type RuleRemoved,
  type SiteEvent,
  type WorkspaceEvent,
} from '#events/workspace-event.js';

import { Keys } from './keys.js';

/** What a site says of an event type of its own, or of one that ships with the product. */
export interface DefinedEventType extends EventTypeDefinition {
  /** What it means, for whoever reads its figures; may be empty. */
  readonly description: string;
  readonly strict: boolean;
}

export interface Site {
  readonly id: string;
  readonly partition: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** As people know it; the ID where nobody named it. */
  readonly name: string;
  /** Whose it is; undefined: nobody's. */
  readonly organizationId: string | undefined;
  /** Since when it takes no events; milliseconds since the epoch. Undefined: it does. */
  readonly archivedAt: number | undefined;
  /** From when on it is as if there were no such site; undefined: it stays. */
  readonly deletesAt: number | undefined;
  /** From which pages its public keys may send; empty: from any. */
  readonly origins: readonly string[];
  /** IANA name of the zone in which its days and hours begin. */
  readonly timeZone: string;
  /** In the order in which they were added. */
  readonly rules: readonly SiteRule[];
  /** Every rule that it had and has no more, by ID. */
  readonly removedRules: ReadonlyMap<string, SiteRule>;
  /** ID of the rule that was added or removed last. */
  readonly lastChangedRule: string | undefined;
  /** Sequence of the last event that its figures depend on; 0: of none but their creation. */
  readonly figuresRevision: number;
  readonly visitors: VisitorPolicy;
  /** By event type, where somebody said something of it. */
  readonly eventTypes: ReadonlyMap<string, DefinedEventType>;
  /** Sequence of the site's last event in the stream: which of its settings these are. */
  readonly revision: number;
}

/** What the events of the WORKSPACE stream add up to. A pure fold: the same events in order give the same state. */
export class Workspace {
  readonly keys = new Keys();
  readonly #sites = new Map<string, Site>();
  #partitions = 0;
  #sequence = 0;
  /** All that the stream holds was read, and so is what comes: what is not here is not there. Whoever feeds it says so. */
  isKnown = false;

  /**
   * The same for an event as the stream holds it. What this version does not know changes nothing.
   * @returns the site that it is about, as it is now
   */
  applyRecord(record: { readonly text: string; readonly sequence: number }): Site | undefined {
    const event = decodeWorkspaceEvent(record.text);
    if (event) this.apply(event, record.sequence);
    else this.#sequence = Math.max(this.#sequence, record.sequence);
    return event && 'siteId' in event && event.siteId !== undefined ? this.site(event.siteId) : undefined;
  }

  /** `sequence` is the event's in the stream; one already applied is passed over, so a re-read does no harm. */
  apply(event: WorkspaceEvent, sequence: number): void {
    if (sequence <= this.#sequence) return;
    this.#sequence = sequence;
    if (event.type === 'PartitionsSet') {
      this.#partitions = Math.max(this.#partitions, event.partitions);
      return;
    }
    const before = event.siteId === undefined ? undefined : this.#sites.get(event.siteId);
    if ('keyId' in event) return this.keys.apply(event, sequence, before);
    // Not where it was nobody's: the one who made its keys is the one who takes it up.
    if (event.type === 'SiteTransferred' && before?.organizationId !== undefined)
      this.keys.endSecretsOf(event.siteId, event.at);
    const site = siteAfter(before, event, sequence);
    if (site) this.#sites.set(event.siteId, site);
  }

  /** Undefined for a site that was not created. */
  site(siteId: string): Site | undefined {
    return this.#sites.get(siteId);
  }

  /** Where the site's events live; undefined for a site that was not created. */
  partitionOf(siteId: string): number | undefined {
    return this.#sites.get(siteId)?.partition;
  }

  /** P for sites created from now on; 0 before the log recorded any. */
  get partitions(): number {
    return this.#partitions;
  }

  /** Sequence of the last event read; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Every site, in order of creation. */
  sites(): readonly Site[] {
    return [...this.#sites.values()];
  }
}

/** Whether it is as if there were no such site, at a time in milliseconds since the epoch. */
export const isDeleted = ({ deletesAt }: Pick<Site, 'deletesAt'>, at: number): boolean =>
  deletesAt !== undefined && deletesAt <= at;

/** A site after one more event, whose sequence is `revision`; undefined where there is none. */
export function siteAfter(site: Site | undefined, event: SiteEvent, revision: number): Site | undefined {
  if (event.type === 'SiteCreated') {
    // The first one stands: its events already live in that partition.
    if (site) return { ...site, revision };
    const { siteId: id, partition, at: createdAt, name = id, organizationId } = event;
    return {
      id,
      partition,
      createdAt,
      name,
      organizationId,
      archivedAt: undefined,
      deletesAt: undefined,
      origins: [],
      timeZone: 'UTC',
      rules: [],
      removedRules: new Map(),
      lastChangedRule: undefined,
      figuresRevision: 0,
      visitors: DEFAULT_VISITOR_POLICY,
      eventTypes: new Map(),
      revision,
    };
  }
  if (!site) return undefined;
  switch (event.type) {
    case 'SiteRenamed':
      return { ...site, name: event.name, revision };
    case 'SiteTransferred':
      return { ...site, organizationId: event.organizationId, revision };
    case 'SiteOriginsChanged':
      return { ...site, origins: event.origins, revision };
    case 'SiteArchived':
      return { ...site, archivedAt: event.at, revision };
    case 'SiteRestored':
      return { ...site, archivedAt: undefined, revision };
    case 'SiteDeletionScheduled':
      return { ...site, deletesAt: event.deletesAt, revision };
    case 'SiteDeletionCancelled':
      return { ...site, deletesAt: undefined, revision };
    case 'SiteTimeZoneChanged':
      return { ...site, timeZone: event.timeZone, figuresRevision: revision, revision };
    case 'RuleAdded':
    case 'RuleRemoved':
      return { ...site, ...rulesAfter(site, event, revision), revision };
    case 'VisitorPolicyChanged':
      return { ...site, visitors: { identity: event.identity, signals: event.signals }, revision };
    case 'EventTypeDefined': {
      const eventTypes = new Map(site.eventTypes);
      const { eventType, description, properties = [], strict = false } = event;
      if (description === '' && properties.length === 0) eventTypes.delete(eventType);
      else eventTypes.set(eventType, { description, properties, strict });
      return { ...site, eventTypes, revision };
    }
  }
}

/** What changes nothing has no part in the figures: a rule that is there already, or one that is not. */
function rulesAfter(
  { rules, removedRules }: Site,
  event: RuleAdded | RuleRemoved,
  figuresRevision: number,
): Partial<Site> {
  const removed = new Map(removedRules);
  if (event.type === 'RuleAdded') {
    const { rule } = event;
    if (rules.some(({ id }) => id === rule.id)) return {};
    removed.delete(rule.id);
    return { rules: [...rules, rule], removedRules: removed, lastChangedRule: rule.id, figuresRevision };
  }
  const gone = rules.find(({ id }) => id === event.ruleId);
  if (!gone) return {};
  removed.set(gone.id, gone);
  return {
    rules: rules.filter((rule) => rule !== gone),
    removedRules: removed,
    lastChangedRule: gone.id,
    figuresRevision,
  };
}
