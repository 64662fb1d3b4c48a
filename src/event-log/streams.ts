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

export const workspaceConfig: Wanted = logStream(WORKSPACE, 'workspace.>');

/** Holds one message: appending to it proves that this store can be written. */
export const probeConfig: Wanted = {
  name: PROBE,
  subjects: ['probe'],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_msgs: 1,
  max_msg_size: 1024,
};

/** Three replicas where the server belongs to a cluster of at least three; else one. */
export function replicasFor(nc: NatsConnection): number {
  const info = nc.info;
  return info?.cluster !== undefined && (info.connect_urls?.length ?? 0) >= 3 ? 3 : 1;
}

/**
 * Creates the stream or takes the one that is there, and compares what the server holds with what is wanted: old
 * servers drop settings that they do not know without a word.
 * @throws StartupError naming each difference.
 */
export async function ensureStream(
  jsm: JetStreamManager,
  wanted: Wanted,
  replicas: number,
): Promise<StreamInfo> {
  const found = await streamInfo(jsm, wanted.name);
  const info = found ?? (await jsm.streams.add({ ...wanted, num_replicas: replicas }));
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
