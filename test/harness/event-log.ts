import { EventLog } from '#event-log/event-log.js';
import { splitLines } from '#event-log/record-batch.js';
import type { EventLogOptions, LogReader } from '#event-log/types.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import type { TestNats } from './nats.js';

/** The log on a test server, with its monitoring address. */
export function openLog(
  nats: Pick<TestNats, 'url' | 'monitorUrl'>,
  options: Partial<EventLogOptions> = {},
): Promise<EventLog> {
  return EventLog.open({
    url: nats.url,
    monitorUrl: nats.monitorUrl,
    acceptUnsynced: false,
    logger: silentLogger,
    metrics: new Metrics({ defaults: false }),
    ...options,
  });
}

export interface LineRead {
  readonly sequence: number;
  readonly ordinal: number;
  readonly line: string;
}

/** Reads a partition from its first message to the one that was its last when called. */
export async function readAll(log: EventLog, partition: number): Promise<LineRead[]> {
  const head = await log.head(partition);
  const read: LineRead[] = [];
  if (head.sequence === 0) return read;
  await readUntil(log.read(partition, 1), (lines) => {
    read.push(...lines);
    return (lines.at(-1)?.sequence ?? 0) >= head.sequence;
  });
  return read;
}

/** Hands each message's lines to `take` until it answers true, then stops the reader. */
export async function readUntil(reader: LogReader, take: (lines: LineRead[]) => boolean): Promise<void> {
  for await (const message of reader) {
    const lines = splitLines(message.payload).map((line, ordinal) => ({
      sequence: message.sequence,
      ordinal,
      line,
    }));
    if (take(lines)) return;
  }
}
