import type { StoredEvent } from '#events/stored-event.js';
import { Fold } from '#projection/fold.js';
import type { Projection, Value } from '#projection/types.js';

const start = Date.UTC(2026, 2, 14, 12);

/** A page view of `/` by one visitor on 14 March 2026, unless told otherwise; each call makes another event. */
export function anEvent(change: Partial<StoredEvent> & { at?: string } = {}): StoredEvent {
  const { at, ...rest } = change;
  const n = (made++).toString(16).padStart(12, '0');
  const occurredAt = at === undefined ? start : Date.parse(at);
  return {
    v: 1,
    id: `00000000-0000-7000-8000-${n}`,
    site: 'example',
    type: 'page_view',
    occurredAt,
    receivedAt: occurredAt + 50,
    visitorId: '11111111-1111-4111-8111-111111111111',
    path: '/',
    source: { dialect: 'test' },
    ...rest,
  };
}
let made = 1;

interface Delivered {
  readonly event: StoredEvent;
  readonly sequence: number;
}

/** The ways in which the same events may arrive. What a projection says must be the same in each. */
export const deliveries: readonly [name: string, deliver: (events: readonly Delivered[]) => Delivered[]][] = [
  ['in order', (events) => [...events]],
  ['backwards', (events) => [...events].reverse()],
  ['every event twice', (events) => events.flatMap((each) => [each, each])],
  ['twice, the second time backwards', (events) => [...events, ...[...events].reverse()]],
  [
    'odd ones first',
    (events) => [...events.filter((_, i) => i % 2 === 1), ...events.filter((_, i) => i % 2 === 0)],
  ],
];

/**
 * The rows that a projection makes of the events, sorted, `distinct` as a count. As in the projector, an ID that was
 * seen before counts nothing.
 */
export function project(
  projection: Projection,
  events: readonly StoredEvent[],
  deliver: (events: readonly Delivered[]) => Delivered[] = (all) => [...all],
  timeZone = 'UTC',
): Record<string, unknown>[] {
  const fold = new Fold(projection, 1);
  const seen = new Set<string>();
  for (const { event, sequence } of deliver(events.map((each, i) => ({ event: each, sequence: i + 1 })))) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    fold.add(
      1,
      event,
      { partition: 0, sequence, ordinal: 0 },
      { id: event.site, timeZone, rules: [], revision: 0 },
    );
  }
  const columns = [...Object.keys(projection.keys), ...Object.keys(projection.measures)];
  const rows = [...fold.entries()].map(([[, ...keys], cells]) => {
    const values = [...keys, ...cells.map(plain)];
    return Object.fromEntries(columns.map((column, i) => [column, values[i]]));
  });
  return rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function plain(cell: unknown): unknown {
  if (cell instanceof Set) return cell.size;
  if (typeof cell === 'object' && cell !== null && 'value' in cell) return (cell as { value: Value }).value;
  return cell;
}
