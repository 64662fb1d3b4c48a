import { GraphQLError } from 'graphql';

import type { Snapshot } from '#database/snapshot.js';

import type { Figure, MadeOf, Span } from './explained-figure.js';
import type { SiteRow } from './find-site.js';
import { type Stretch, stretchesOf } from './log-blocks.js';
import type { LogCursor } from './log-cursor.js';
import type { LoggedEvent, LogEvents } from './ports.js';

/** What one page may cost; where it is spent the page ends, and its cursor leads on. Tests narrow and widen it. */
export const pageLimits = { messages: 5_000, milliseconds: 2_000 };

/** Behind every event of a message. */
const WHOLE = Number.MAX_SAFE_INTEGER;

interface Asked {
  readonly snapshot: Snapshot;
  readonly log: LogEvents;
  readonly site: SiteRow;
  readonly figure: Figure;
  readonly made: MadeOf;
  readonly span: Span;
  readonly first: number;
  readonly after: LogCursor | undefined;
}

interface Read {
  readonly events: readonly {
    readonly event: LoggedEvent;
    readonly sequence: number;
    readonly storedAt: number;
  }[];
  /** Where the next page goes on. */
  readonly end: LogCursor | undefined;
  readonly more: boolean;
}

/** The next events of the figure, from the blocks of the log that have some of its day. */
export async function readEvents(asked: Asked): Promise<Read> {
  const { snapshot, log, site, span, made, first, after } = asked;
  const from = Math.max(1, after?.sequence ?? 1);
  const stretches = await stretchesOf(snapshot, site, span, {
    blockLength: log.blockLength,
    from,
    to: made.upTo,
    longest: pageLimits.messages,
  });
  if (!stretches) {
    throw new GraphQLError('The index of the log, log_blocks, is still being built; try again later.', {
      extensions: { code: 'UNAVAILABLE' },
    });
  }
  const found: Read['events'][number][] = [];
  const until = performance.now() + pageLimits.milliseconds;
  let messages = 0;
  for (const stretch of stretches) {
    const uncounted = await uncountedIn(asked, stretch);
    for await (const { sequence, storedAt, events } of log.read(site.partition, stretch.from, stretch.to, {
      id: site.id,
      rules: site.servedRules,
    })) {
      for (const event of events) {
        const { ordinal } = event;
        if (after && sequence === after.sequence && ordinal <= after.ordinal) continue;
        if (!belongs(event, asked) || uncounted(sequence, ordinal)) continue;
        const last = found.at(-1);
        if (found.length === first) return { events: found, more: true, end: last && placeOf(last) };
        found.push({ event, sequence, storedAt });
      }
      if (++messages >= pageLimits.messages || performance.now() > until)
        return { events: found, more: true, end: { sequence, ordinal: WHOLE } };
    }
  }
  const last = found.at(-1);
  return { events: found, more: false, end: last ? placeOf(last) : after };
}

const placeOf = ({ sequence, event }: Read['events'][number]): LogCursor => ({
  sequence,
  ordinal: event.ordinal,
});

function belongs(event: LoggedEvent, { figure, span }: Asked): boolean {
  return (
    event.leftOutBy === undefined &&
    event.occurredAt >= span.start &&
    event.occurredAt < span.end &&
    (figure.eventType === undefined || event.type === figure.eventType) &&
    (figure.path === undefined || event.countedPath === figure.path)
  );
}

/** Duplicates, and what is dead-lettered in the figure's own read model (ordinal -1: a whole message). */
async function uncountedIn(
  { snapshot, site: { partition }, made }: Asked,
  { from, to }: Stretch,
): Promise<(sequence: number, ordinal: number) => boolean> {
  const repeats = await snapshot.query<{ sequence: number; ordinals: Buffer }>(
    `SELECT sequence, ordinals FROM duplicate_${Number(partition)} WHERE sequence BETWEEN $1 AND $2`,
    [from, to],
  );
  const dead = await snapshot.query<LogCursor>(
    `SELECT sequence, ordinal FROM dead_letter
     WHERE partition = $1 AND sequence BETWEEN $2 AND $3 AND (generation_id IS NULL OR generation_id = $4)`,
    [partition, from, to, made.generationId],
  );
  const duplicates = new Map(repeats.map((row) => [row.sequence, row.ordinals]));
  const letters = new Set(dead.map(({ sequence, ordinal }) => `${sequence}.${ordinal}`));
  return (sequence, ordinal) =>
    isIn(duplicates.get(sequence), ordinal) ||
    letters.has(`${sequence}.${ordinal}`) ||
    letters.has(`${sequence}.-1`);
}

/** One bit for each ordinal, the lowest first. */
function isIn(bitmap: Buffer | undefined, ordinal: number): boolean {
  return ((bitmap?.[ordinal >> 3] ?? 0) & (1 << (ordinal & 7))) !== 0;
}
