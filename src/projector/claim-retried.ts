import type { Client } from 'pg';
import type { SitedEvent } from './apply.js';
import { addDuplicates, claim } from './ledger.js';

/**
 * Claims the IDs of events that no projection had seen, in the order of the log. An ID that was counted in the
 * meantime stays counted where it is. @returns those that count nothing.
 */
export async function claimRetried(
  client: Client,
  partition: number,
  events: readonly SitedEvent[],
): Promise<Set<SitedEvent>> {
  if (events.length === 0) return new Set();
  const seen = new Set<string>();
  const duplicates = new Set<SitedEvent>();
  const distinct: SitedEvent[] = [];
  for (const each of events) {
    const id = `${each.site.id} ${each.logged.event.id}`;
    if (seen.has(id)) duplicates.add(each);
    else distinct.push(each);
    seen.add(id);
  }
  const claims = distinct.map(({ logged: { event, position }, site }) => ({
    siteId: site.id,
    eventId: event.id,
    position,
  }));
  for (const index of await claim(client, partition, claims)) {
    const each = distinct[index];
    if (each) duplicates.add(each);
  }
  await addDuplicates(
    client,
    partition,
    [...duplicates].map(({ logged }) => logged.position),
  );
  await client.query(
    'UPDATE partition SET events = events + $2, duplicates = duplicates + $3 WHERE partition = $1',
    [partition, events.length - duplicates.size, duplicates.size],
  );
  return duplicates;
}
