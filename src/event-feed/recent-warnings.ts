import type { EventLog } from '#event-log/event-log.js';

import type { StoredItem } from './feed-item.js';

/** Of events, in the memory of each process. */
const WARNED_KEPT = 1_000;

/** The warnings of events that were stored lately by any process. */
export class RecentWarnings {
  /** Oldest first. */
  private readonly kept = new Map<string, readonly string[]>();

  constructor(log: EventLog) {
    log.warnings.listen(({ site, eventId, warnings }) => {
      const key = `${site} ${eventId}`;
      this.kept.delete(key);
      this.kept.set(key, warnings);
      const [oldest] = this.kept.keys();
      if (this.kept.size > WARNED_KEPT && oldest !== undefined) this.kept.delete(oldest);
    });
  }

  /** The item with its warnings, where it has any. */
  addTo(item: StoredItem): StoredItem {
    const warnings = this.kept.get(`${item.event.site} ${item.event.id}`);
    return warnings === undefined ? item : { ...item, warnings };
  }
}
