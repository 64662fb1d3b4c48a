import { EventLog } from '#event-log/event-log.js';
import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import type { Servers } from './servers.js';

const IN_FLIGHT = 2_000;
const CHUNK = 100_000;

type LogServers = Pick<Servers, 'natsUrl' | 'monitorUrl'>;

/**
 * Appends the events as an `api` process would, and encodes them beforehand, a chunk at a time: only appending is timed.
 * @returns events a second.
 */
export async function fillLog(servers: LogServers, events: Iterable<StoredEvent>): Promise<number> {
  const log = await openLog(servers);
  try {
    let milliseconds = 0;
    let count = 0;
    for (const chunk of chunks(events)) {
      const started = performance.now();
      await append(log, chunk);
      milliseconds += performance.now() - started;
      count += chunk.length;
    }
    return (count / milliseconds) * 1000;
  } finally {
    await log.close();
  }
}

/** The log of the bench: synced, four partitions. */
export function openLog(servers: LogServers): Promise<EventLog> {
  return EventLog.open({
    url: servers.natsUrl,
    monitorUrl: servers.monitorUrl,
    partitions: 4,
    acceptUnsynced: false,
    logger: silentLogger,
    metrics: new Metrics({ defaults: false }),
  });
}

interface Line {
  readonly partition: number;
  readonly text: string;
}

function* chunks(events: Iterable<StoredEvent>): Generator<Line[]> {
  let chunk: Line[] = [];
  for (const event of events) {
    chunk.push({ partition: partitionFor(event.site, 4), text: encodeEvent(event) });
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function append(log: EventLog, lines: readonly Line[]): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let line = lines[next++]; line !== undefined; line = lines[next++]) {
      const outcome = await log.append(line.partition, line.text);
      if (!outcome.stored) throw new Error(`an append was refused: ${outcome.reason}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}
