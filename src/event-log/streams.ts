import { setTimeout as pause } from 'node:timers/promises';
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { StartupError } from '#config/startup-error.js';

export const WORKSPACE = 'WORKSPACE';
export const PROBE = 'PROBE';
export const SALTS = 'SALTS';
export const eventsStream = (partition: number): string => `EVENTS_${partition}`;
export const eventsSubject = (partition: number): string => `events.${partition}`;

/** Largest message of the log, bytes: a record batch closes at half of it. */
export const maxMessageBytes = 256 * 1024;

type Wanted = Partial<StreamConfig> & { readonly name: string; readonly subjects: string[] };

function logStream(name: string, subject: string): Wanted {
  return {
    name,
    subjects: [subject],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // Full means refused, never the oldest dropped: the log is the only truth.
    discard: DiscardPolicy.New,
    max_age: 0,
    max_msgs: -1,
    max_bytes: -1,
    max_msgs_per_subject: -1,
    max_msg_size: maxMessageBytes,
    duplicate_window: nanos(120_000),
    allow_direct: true,
    allow_rollup_hdrs: false,
    deny_purge: true,
    // Erasure deletes single messages.
    deny_delete: false,
    // Below 2.11, secure deletes in a compressed stream followed by a crash lost most of it.
    compression: StoreCompression.None,
    no_ack: false,
    sealed: false,
  };
}

export const eventsConfig = (partition: number): Wanted =>
  logStream(eventsStream(partition), eventsSubject(partition));

const workspaceConfig: Wanted = logStream(WORKSPACE, 'workspace.>');

/** Holds one message: appending to it proves that this store can be written. */
const probeConfig: Wanted = {
  name: PROBE,
  subjects: ['probe'],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_msgs: 1,
  max_msg_size: 1024,
};

/** One message a day, which the server deletes by its age: who was whom on a day that is over, nobody can tell. */
const saltsConfig: Wanted = {
  name: SALTS,
  subjects: ['salts.*'],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_age: nanos(25 * 3_600_000),
  max_msgs_per_subject: 1,
  max_msg_size: 1024,
};

/** Those that are not one for each partition. */
export const singleStreams: readonly Wanted[] = [workspaceConfig, probeConfig, saltsConfig];

/** How many servers keep a stream. */
export interface Replicas {
  /** Of a stream that is made now. */
  readonly first: number;
  /** Of one that is there, at least; undefined: as many as it has. */
  readonly least: number | undefined;
}

/** Servers of a cluster that are started together do not know one another at once. */
const MEETING_MS = 3_000;
/** And one that has met another may still take it to be offline. */
const ONLINE_MS = 10_000;

/** As asked for; else three for new streams where the server belongs to a cluster of at least three, and one elsewhere. */
export async function replicasFor(nc: NatsConnection, wanted: number | undefined): Promise<Replicas> {
  if (wanted !== undefined) return { first: wanted, least: wanted };
  const until = performance.now() + MEETING_MS;
  const servers = () => nc.info?.connect_urls?.length ?? 0;
  // The server tells a connection whenever it has met another one.
  while (nc.info?.cluster !== undefined && servers() < 3 && performance.now() < until) await pause(50);
  return { first: nc.info?.cluster !== undefined && servers() >= 3 ? 3 : 1, least: undefined };
}

/**
 * Creates the stream or takes the one that is there, giving it more replicas where more are asked for and never fewer, and
 * compares what the server holds with what is wanted: old servers drop settings that they do not know without a word.
 * @throws StartupError naming each difference.
 */
export async function ensureStream(
  jsm: JetStreamManager,
  wanted: Wanted,
  { first, least = 1 }: Replicas,
): Promise<StreamInfo> {
  let info = await streamInfo(jsm, wanted.name);
  if (info === undefined) {
    info = await replicated(first, () => made(jsm, { ...wanted, num_replicas: first }));
  } else if (info.config.num_replicas < least) {
    info = await replicated(least, () => jsm.streams.update(wanted.name, { num_replicas: least }));
  }
  const held = info.config as unknown as Record<string, unknown>;
  const differences = Object.entries(wanted)
    .filter(([key, value]) => !same(held[key], value))
    .map(([key, value]) => `${key} is ${show(held[key])}, wanted ${show(value)}`);
  if (differences.length > 0) {
    throw new StartupError(
      `The stream ${wanted.name} on this NATS server is not set as Tidemark needs it: ${differences.join('; ')}. ` +
        `Change it with "nats stream edit ${wanted.name}", or use another server or account.`,
    );
  }
  return info;
}

async function made(jsm: JetStreamManager, wanted: Wanted): Promise<StreamInfo> {
  try {
    return await jsm.streams.add(wanted);
  } catch (error) {
    if (!/permissions violation/i.test(String(error))) throw error;
    throw new StartupError(
      `The user in NATS_URL may not make the stream ${wanted.name}, which is not there yet: start role api first, ` +
        'or let the user publish to $JS.API.STREAM.CREATE.*.',
      { cause: error },
    );
  }
}

const noCluster = 10074;
const tooFewServers = 10005;

async function replicated(replicas: number, work: () => Promise<StreamInfo>): Promise<StreamInfo> {
  const until = performance.now() + ONLINE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || ![noCluster, tooFewServers].includes(error.code))
        throw error;
      if (error.code === tooFewServers && performance.now() < until) {
        await pause(100);
        continue;
      }
      throw new StartupError(
        `${replicas} replicas of the log need a NATS cluster of at least ${replicas} servers with JetStream (${error.message}). ` +
          'Start the missing servers, or set TIDEMARK_LOG_REPLICAS to a number that the cluster can keep.',
        { cause: error },
      );
    }
  }
}

/** Undefined where there is no such stream. */
export async function streamInfo(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === 10059) return undefined;
    throw error;
  }
}

// The server leaves out what is false, zero or empty.
function same(held: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return JSON.stringify(held) === JSON.stringify(wanted);
  if (held === undefined) return wanted === false || wanted === 0 || wanted === StoreCompression.None;
  return held === wanted;
}

function show(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
