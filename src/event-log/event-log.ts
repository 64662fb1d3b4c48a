import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { decodeWorkspaceEvent } from '#events/workspace-event.js';
import type { Broadcast } from './broadcast.js';
import { judgeDurability, readDurability, showDurability } from './durability.js';
import { defaultLimits, GroupCommits, type GroupCommit } from './group-commit.js';
import { Link } from './link.js';
import { changeNotices } from './notices.js';
import { settlePartitions } from './partitions.js';
import { Publisher } from './publisher.js';
import { Reader } from './reader.js';
import { RefusalNotices } from './refusal-notices.js';
import { Salts } from './salts.js';
import { requireServer, startupErrorOf } from './server-check.js';
import {
  ensureStream,
  eventsStream,
  eventsSubject,
  maxMessageBytes,
  PROBE,
  replicasFor,
  singleStreams,
} from './streams.js';
import type {
  AppendLimits,
  AppendOutcome,
  ChangeNotice,
  Durability,
  EventLogOptions,
  LogMessage,
  LogReader,
  StreamHead,
} from './types.js';
import { warningNotices, type WarningNotice } from './warning-notices.js';
import { WorkspaceLog } from './workspace-log.js';

const unavailable: AppendOutcome = { stored: false, reason: 'log_unavailable' };
const answerWithin = 2000;
/** Milliseconds between two looks at the settings of the servers. */
const durabilityEvery = 30_000;

/** The log of one process: JetStream streams behind one connection that comes back for ever. */
export class EventLog {
  private readonly commits: GroupCommits;
  private readonly readers = new Set<Reader>();
  private readonly notices: Broadcast<ChangeNotice>;
  /** What the processes tell one another of refused events. */
  readonly refusals: RefusalNotices;
  /** And of events that are stored with warnings. */
  readonly warnings: Broadcast<WarningNotice>;
  private p = 0;
  private closing: Promise<void> | undefined;
  private durabilityTimer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly link: Link,
    private readonly jsm: JetStreamManager,
    private readonly publisher: Publisher,
    private readonly limits: AppendLimits,
    private readonly options: EventLogOptions,
    private durable: Durability,
    readonly workspace: WorkspaceLog,
    readonly salts: Salts,
  ) {
    this.notices = changeNotices(link);
    const { metrics } = options;
    this.commits = new GroupCommits({ limits, metrics, publish: (message) => publisher.publish(message) });
    this.refusals = new RefusalNotices(link);
    this.warnings = warningNotices(link);
  }

  /**
   * Connects, proves that the server fits, creates or compares the streams and settles the partitions.
   * @throws StartupError with what to do.
   */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const { logger, metrics } = options;
    const link = await Link.open(options.url, logger);
    try {
      const serverId = requireServer(link.nc.info, maxMessageBytes);
      const durability = await readDurability(options.monitorUrl, serverId);
      judgeDurability(durability, options.acceptUnsynced, logger);
      showDurability(durability, metrics);
      const jsm = await jetstreamManager(link.nc, { checkAPI: false, timeout: 10_000 });
      const replicas = await replicasFor(link.nc, options.replicas);
      for (const config of singleStreams) await ensureStream(jsm, config, replicas);
      const log = await EventLog.over(link, options, durability);
      const { workspace } = log;
      log.p = await settlePartitions({ jsm, workspace, wanted: options.partitions, replicas });
      await log.followPartitions();
      log.watchDurability();
      return log;
    } catch (error) {
      await link.close();
      throw startupErrorOf(error);
    }
  }

  /**
   * Another connection to a log that this process has opened and proven.
   * @throws StartupError where the server is gone
   */
  static async join(
    options: EventLogOptions,
    { partitions, durability }: Pick<EventLog, 'partitions' | 'durability'>,
  ): Promise<EventLog> {
    const link = await Link.open(options.url, options.logger);
    try {
      const log = await EventLog.over(link, options, durability);
      log.p = partitions;
      await log.followPartitions();
      return log;
    } catch (error) {
      await link.close();
      throw startupErrorOf(error);
    }
  }

  private static async over(link: Link, options: EventLogOptions, durability: Durability): Promise<EventLog> {
    const { logger, metrics } = options;
    const limits = { ...defaultLimits, ...options.limits };
    const publisher = new Publisher(link, limits.tryTimeout, logger, metrics);
    const jsm = await jetstreamManager(link.nc, { checkAPI: false, timeout: answerWithin });
    const { totalTimeout } = limits;
    const workspace = new WorkspaceLog({ link, jsm, publisher, logger, totalTimeout });
    const salts = new Salts({ jsm, publisher, totalTimeout });
    return new EventLog(link, jsm, publisher, limits, options, durability, workspace, salts);
  }

  /** P now in force for new sites; grows when another process raises it. */
  get partitions(): number {
    return this.p;
  }

  /** As it was opened with. */
  get url(): string {
    return this.options.url;
  }

  get durability(): Durability {
    return this.durable;
  }

  get connected(): boolean {
    return this.link.connected;
  }

  /**
   * Stores one event (a line of JSON without line breaks) by group commit. Resolves when JetStream acknowledged it, or
   * with the reason why it is not known to be stored, within `totalTimeout` of `since` (a `performance.now()`: what the
   * caller waited for before counts too). Never rejects.
   */
  append(partition: number, line: string, since = performance.now()): Promise<AppendOutcome> {
    return this.writable(partition, line)?.append(line, since) ?? Promise.resolve(unavailable);
  }

  /** The same for several events of one partition, with an outcome for each at its index. */
  appendAll(
    partition: number,
    lines: readonly string[],
    since = performance.now(),
  ): Promise<AppendOutcome[]> {
    const commit = this.writable(partition, ...lines);
    return commit?.appendAll(lines, since) ?? Promise.resolve(lines.map(() => unavailable));
  }

  private writable(partition: number, ...lines: readonly string[]): GroupCommit | undefined {
    if (lines.some((line) => line.includes('\n'))) throw new TypeError('an event is one line');
    return this.closing !== undefined || this.link.givenUp ? undefined : this.commits.of(partition);
  }

  /** Throws when the log does not answer within two seconds. */
  async head(partition: number): Promise<StreamHead> {
    const { created, state } = await this.jsm.streams.info(eventsStream(partition));
    return {
      partition,
      createdAt: created,
      firstSequence: state.first_seq,
      sequence: state.last_seq,
      bytes: state.bytes,
    };
  }

  /** Undefined where there is no such message (deleted or not there yet). Throws when the log does not answer. */
  async messageAt(partition: number, sequence: number): Promise<LogMessage | undefined> {
    // By the stream's leader: a replica asked directly may lag behind.
    const found = await this.jsm.streams.getMessage(eventsStream(partition), { seq: sequence });
    if (found === null) return undefined;
    return {
      partition,
      sequence: found.seq,
      batchId: found.header.get('Nats-Msg-Id'),
      storedAt: found.time.getTime(),
      payload: found.data,
      pending: 0,
    };
  }

  /** The first message there is at or behind `sequence`; undefined for none. Throws when the log does not answer. */
  async sequenceFrom(partition: number, sequence: number): Promise<number | undefined> {
    // The server's API has known this from the beginning; the client's types offer it for reads from a replica only.
    const next = { seq: sequence, next_by_subj: eventsSubject(partition) };
    return (await this.jsm.streams.getMessage(eventsStream(partition), next))?.seq;
  }

  /** Reads on from `fromSequence` (inclusive, from 1) for ever; holds at most twice `maxMessages` in memory. */
  read(
    partition: number,
    fromSequence: number,
    o: { maxMessages?: number; maxBytes?: number } = {},
  ): LogReader {
    const reader = new Reader({
      link: this.link,
      logger: this.options.logger,
      stream: eventsStream(partition),
      partition,
      from: fromSequence,
      maxMessages: o.maxMessages ?? 100,
      ...(o.maxBytes === undefined ? {} : { maxBytes: o.maxBytes }),
      stopped: () => this.readers.delete(reader),
    });
    this.readers.add(reader);
    return reader;
  }

  /** Whether the log can be written right now: by what became of events lately, and by writing. */
  async probe(): Promise<boolean> {
    if (this.closing !== undefined || !this.link.connected || this.commits.refused) return false;
    const outcome = await this.publisher.publish({
      stream: PROBE,
      subject: 'probe',
      payload: Buffer.from(new Date().toISOString()),
      id: randomUUID(),
      deadline: performance.now() + this.limits.tryTimeout,
    });
    return outcome.stored;
  }

  /** May get lost; nobody may rely on it. */
  notify(notice: ChangeNotice): void {
    this.notices.send(notice);
  }

  onNotice(listener: (notice: ChangeNotice) => void): () => void {
    return this.notices.listen(listener);
  }

  /** Refuses new appends, waits for those on their way, stops the readers and closes the connection. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.durabilityTimer);
    this.refusals.flush();
    await Promise.all([
      this.commits.drained(),
      ...[...this.readers].map((reader) => reader.stop()),
      this.workspace.close(),
    ]);
    await this.link.close();
  }

  private async followPartitions(): Promise<void> {
    await this.workspace.follow((record) => {
      if (record.kind !== 'log' || record.id !== 'partitions') return;
      const event = decodeWorkspaceEvent(record.text);
      if (event?.type === 'PartitionsSet' && event.partitions > this.p) this.p = event.partitions;
    });
  }

  /** The server that comes back, or another one of the cluster, may run with another configuration. */
  private watchDurability(): void {
    const look = () => void this.lookAtDurability();
    this.link.onChange((up) => {
      if (up) look();
    });
    if (this.options.monitorUrl === undefined) return;
    this.durabilityTimer = setInterval(look, durabilityEvery).unref();
  }

  private async lookAtDurability(): Promise<void> {
    const { monitorUrl, metrics, logger } = this.options;
    if (this.closing !== undefined || !this.link.connected) return;
    const durability = await readDurability(monitorUrl, this.link.nc.info?.server_id ?? '');
    if (durability === this.durable || this.closing !== undefined) return;
    logger.warn({ before: this.durable, now: durability }, 'the durability of the log changed');
    this.durable = durability;
    showDurability(durability, metrics);
  }
}
