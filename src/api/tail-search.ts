import type { LogEvents, LogHeads } from './ports.js';
import type { Receipt } from './receipt.js';

/** How much of the log behind the figures is looked through for one event. */
const MESSAGES = 2_000;
const MILLISECONDS = 3_000;

interface Sought {
  readonly partition: number;
  /** The last sequence that is projected. */
  readonly after: number;
  readonly siteId: string;
  readonly eventId: string;
}

export type Found =
  | { readonly position: Receipt; readonly storedAt: number }
  /** Not found; `detail` says why that proves nothing, null where it does. */
  | { readonly detail: string | null };

/** Looks for an event among those that no figure includes yet. */
export async function lookFor(events: LogEvents, heads: LogHeads, sought: Sought): Promise<Found> {
  const { partition, after, siteId, eventId } = sought;
  const all = await heads.heads().catch(() => undefined);
  if (!all) return { detail: 'the log does not answer: it may have the event' };
  const head = all.find((each) => each.partition === partition)?.sequence ?? 0;
  const to = Math.min(head, after + MESSAGES);
  const until = performance.now() + MILLISECONDS;
  let last = after;
  for await (const message of events.read(partition, after + 1, to, { id: siteId, rules: [] })) {
    const event = message.events.find(({ id }) => id === eventId);
    if (event) {
      const position = { partition, sequence: message.sequence, ordinal: event.ordinal };
      return { position, storedAt: message.storedAt };
    }
    last = message.sequence;
    if (performance.now() > until) break;
  }
  if (last >= head || after >= head) return { detail: null };
  return {
    detail:
      `the figures stand at ${after} and the log of partition ${partition} at ${head}; it was looked through up to ` +
      `${last}: ask with the receipt of the event`,
  };
}
