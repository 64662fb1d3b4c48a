import { decodeWorkspaceEvent, type SiteEvent, type WorkspaceEvent } from '#events/workspace-event.js';

export interface Site {
  readonly id: string;
  readonly partition: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** As people know it; the ID where nobody named it. */
  readonly name: string;
  /** IANA name of the zone in which its days and hours begin. */
  readonly timeZone: string;
  /** Sequence of the last event that its figures depend on; 0: of none but their creation. */
  readonly figuresRevision: number;
  /** Event type -> what it means, where somebody said so. */
  readonly eventTypes: ReadonlyMap<string, string>;
  /** Sequence of the site's last event in the stream: which of its settings these are. */
  readonly revision: number;
}

/** What the events of the WORKSPACE stream add up to. A pure fold: the same events in order give the same state. */
export class Workspace {
  readonly #sites = new Map<string, Site>();
  #partitions = 0;
  #sequence = 0;

  /** The same for an event as the stream holds it. What this version does not know changes nothing. */
  applyRecord(record: { readonly text: string; readonly sequence: number }): void {
    const event = decodeWorkspaceEvent(record.text);
    if (event) this.apply(event, record.sequence);
    else this.#sequence = Math.max(this.#sequence, record.sequence);
  }

  /** `sequence` is the event's in the stream; one already applied is passed over, so a re-read does no harm. */
  apply(event: WorkspaceEvent, sequence: number): void {
    if (sequence <= this.#sequence) return;
    this.#sequence = sequence;
    if (event.type === 'PartitionsSet') {
      this.#partitions = Math.max(this.#partitions, event.partitions);
      return;
    }
    const site = siteAfter(this.#sites.get(event.siteId), event, sequence);
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

function siteAfter(site: Site | undefined, event: SiteEvent, revision: number): Site | undefined {
  if (event.type === 'SiteCreated') {
    // The first one stands: its events already live in that partition.
    if (site) return { ...site, revision };
    const { siteId: id, partition, at: createdAt, name = id } = event;
    return {
      id,
      partition,
      createdAt,
      name,
      timeZone: 'UTC',
      figuresRevision: 0,
      eventTypes: new Map(),
      revision,
    };
  }
  if (!site) return undefined;
  switch (event.type) {
    case 'SiteRenamed':
      return { ...site, name: event.name, revision };
    case 'SiteTimeZoneChanged':
      return { ...site, timeZone: event.timeZone, figuresRevision: revision, revision };
    case 'EventTypeDefined': {
      const eventTypes = new Map(site.eventTypes);
      if (event.description === '') eventTypes.delete(event.eventType);
      else eventTypes.set(event.eventType, event.description);
      return { ...site, eventTypes, revision };
    }
  }
}
