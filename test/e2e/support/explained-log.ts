import { randomUUID } from 'node:crypto';

import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';

import { openLog } from '../../harness/event-log.js';
import type { IngestApp } from './ingest-app.js';

/** Some events cannot be projected by one of the read models. */
export const parking = projections.map((projection): Projection => ({
  ...projection,
  project: (event, site, position) => {
    if (event.title === `not for ${projection.name}`) throw new Error('refused here alone');
    return projection.project(event, site, position);
  },
}));

export const DAYS = ['2026-03-14', '2026-03-15', '2026-03-16'];
export const SITES = ['rare', 'other', 'busy'];
export const start = Date.parse('2026-03-14T00:00:00Z');

let made = 0;

/** The n-th event: days, types and paths take turns, midnight is among the times. */
export function event(site: string, change: Partial<StoredEvent> = {}): StoredEvent {
  const n = made++;
  const occurredAt =
    start + (Math.floor(n / 3) % 3) * 86_400_000 + (n % 4 === 0 ? 0 : (n * 7_919) % 86_400_000);
  return {
    v: 1,
    id: randomUUID(),
    site,
    type: n % 4 === 3 ? 'click' : 'page_view',
    occurredAt,
    receivedAt: occurredAt + 1_000,
    visitorId: `v-${n % 9}`,
    path: `/page/${n % 5}`,
    source: { dialect: 'test' },
    ...change,
  };
}

/** Together, so that they share messages: with copies, with lines that are no events, and with some that are parked. */
export async function appendMixed(product: IngestApp, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, i) => event(SITES[i % 3] ?? ''));
  const copies = events.filter((_, i) => i % 10 === 0).map((each) => event(each.site, { id: each.id }));
  const parked = ['daily_aggregates', 'top_paths', 'hourly_series'].map((name) =>
    event('rare', { title: `not for ${name}`, type: 'page_view', path: '/page/1' }),
  );
  parked.push(event('lone', { title: 'not for log_blocks', occurredAt: start, receivedAt: start }));
  const lines = [...events.map(encodeEvent), 'no event', ...[...copies, ...parked].map(encodeEvent)];
  await Promise.all(lines.map((line) => product.log.append(0, line)));
}

/** One event a message: this is what moves the sequence on. */
export async function appendFiller(product: IngestApp, count: number): Promise<void> {
  const log = await openLog(product.nats, { limits: { batchEvents: 1 } });
  for (let left = count; left > 0; left -= 200) {
    const some = Array.from({ length: 200 }, () => log.append(0, encodeEvent(event('busy'))));
    const refused = (await Promise.all(some)).find((outcome) => !outcome.stored);
    if (refused) throw new Error(`not stored: ${JSON.stringify(refused)}`);
  }
  await log.close();
}
