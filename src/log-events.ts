import { Injectable } from '@nestjs/common';
import { LogAway, type CountedSite, type LoggedEvent, type LoggedMessage, LogEvents } from '#api/ports.js';
import { EventLog } from '#event-log/event-log.js';
import { splitLines } from '#event-log/record-batch.js';
import { LogGapError, type LogMessage } from '#event-log/types.js';
import { decodeEvent } from '#events/codec.js';
import { compileSiteRules } from '#events/site-rules/compile-site-rules.js';
import { compileLeftOutBy } from '#events/site-rules/left-out-by.js';
import { validateSiteRules } from '#events/site-rules/validate-site-rules.js';
import type { StoredEvent } from '#events/stored-event.js';
import { visitorOf } from '#events/visitor.js';
import { blockLength } from '#projections/log-blocks.js';

const FETCH = 100;
/** Between two messages that are there: longer means that the log is away. Milliseconds. */
const SILENCE = 3_000;

@Injectable()
export class LogEventsFromLog extends LogEvents {
  override readonly blockLength = blockLength;

  constructor(private readonly log: EventLog) {
    super();
  }

  override async messageAt(
    partition: number,
    sequence: number,
    site: CountedSite,
  ): Promise<LoggedMessage | undefined> {
    if (partition >= this.log.partitions) return undefined;
    const message = await this.log.messageAt(partition, sequence).catch(() => {
      throw new LogAway();
    });
    return message && decoded(message, site.id, judgeOf(site));
  }

  override async *read(
    partition: number,
    from: number,
    to: number,
    site: CountedSite,
  ): AsyncGenerator<LoggedMessage, void, void> {
    if (from > to) return;
    const reader = this.log.read(partition, from, { maxMessages: Math.min(FETCH, to - from + 1) });
    const messages = reader[Symbol.asyncIterator]();
    const judge = judgeOf(site);
    try {
      for (;;) {
        const next = await soon(messages.next());
        if (next.done === true || next.value.sequence > to) return;
        yield decoded(next.value, site.id, judge);
        // Nothing pending: the rest was deleted.
        if (next.value.sequence === to || next.value.pending === 0) return;
      }
    } finally {
      await reader.stop();
    }
  }
}

/** What the site's rules make of an event. */
type Judge = (event: StoredEvent) => Pick<LoggedEvent, 'countedPath' | 'leftOutBy'>;

function judgeOf({ id, rules }: CountedSite): Judge {
  const read = validateSiteRules(rules);
  if (!read.valid) throw new Error(`the rules of site ${id} are not of this version`);
  const applied = compileSiteRules(read.rules);
  const leftOutBy = compileLeftOutBy(read.rules);
  return (event) => {
    const counted = applied(event);
    if (!counted) return { leftOutBy: leftOutBy(event) ?? '' };
    return counted.path === undefined ? {} : { countedPath: counted.path };
  };
}

/** The site's events; lines that are none are in no figure and left out. */
function decoded({ sequence, storedAt, payload }: LogMessage, site: string, judge: Judge): LoggedMessage {
  const events: LoggedEvent[] = [];
  for (const [ordinal, line] of splitLines(payload).entries()) {
    // A site's ID needs no escaping, but a foreign publisher may escape anything.
    if (!line.includes(site) && !line.includes('\\u')) continue;
    const result = decodeEvent(line);
    if (!result.ok || result.event.site !== site) continue;
    const { id, type, occurredAt, path, referrer, title } = result.event;
    events.push({
      ordinal,
      id,
      type,
      occurredAt,
      visitor: visitorOf(result.event),
      ...(path !== undefined && { path }),
      ...judge(result.event),
      ...(referrer !== undefined && { referrer }),
      ...(title !== undefined && { title }),
    });
  }
  return { sequence, storedAt, events };
}

async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LogAway()), SILENCE);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    // A log with holes is a fault to be told as it is.
    throw error instanceof LogGapError ? error : new LogAway();
  } finally {
    clearTimeout(timer);
  }
}
