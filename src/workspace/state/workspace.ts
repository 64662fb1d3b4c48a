import { decodeWorkspaceEvent, type WorkspaceEvent } from '#events/workspace-event.js';

export interface Site {
  readonly id: string;
  readonly partition: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
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
  }

  /** `sequence` is the event's in the stream; one already applied is passed over, so a re-read does no harm. */
  apply(event: WorkspaceEvent, sequence: number): void {
    if (sequence <= this.#sequence) return;
    this.#sequence = sequence;
    switch (event.type) {
      case 'SiteCreated':
        // The first one stands: its events already live in that partition.
        if (!this.#sites.has(event.siteId)) {
          this.#sites.set(event.siteId, {
            id: event.siteId,
            partition: event.partition,
            createdAt: event.at,
          });
        }
        break;
      case 'PartitionsSet':
        this.#partitions = Math.max(this.#partitions, event.partitions);
        break;
    }
  }

  /** Where the site's events live; undefined for a site that was not created. */
  partitionOf(siteId: string): number | undefined {
    return this.#sites.get(siteId)?.partition;
  }

  /** P for sites created from now on; 0 before the log recorded any. */
  get partitions(): number {
    return this.#partitions;
  }

  /** Sequence of the last event applied; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Every site, in order of creation. */
  sites(): readonly Site[] {
    return [...this.#sites.values()];
  }
}
