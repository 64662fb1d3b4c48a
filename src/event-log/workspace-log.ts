import type { JetStreamManager } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import type { Logger } from '#telemetry/logger.js';
import type { WorkspaceEvent } from '#events/workspace-event.js';
import type { Link } from './link.js';
import type { Publisher } from './publisher.js';
import { Reader } from './reader.js';
import { WORKSPACE } from './streams.js';
import type { StreamPlace, WorkspaceAppendOutcome, WorkspaceRecord } from './types.js';

const token = /^[A-Za-z0-9_-]{1,64}$/;

export interface WorkspaceLogOptions {
  readonly link: Link;
  readonly jsm: JetStreamManager;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly totalTimeout: number;
}

/** The stream of workspace events: one event per message, subject `workspace.<kind>.<id>`. */
export class WorkspaceLog {
  private readonly readers = new Set<Reader>();
  private closing = false;

  constructor(private readonly options: WorkspaceLogOptions) {}

  /**
   * Appends where the subject's last sequence is still the expected one (0: no event of this kind and ID yet), so
   * that of two processes deciding at the same time one gets `conflict`.
   */
  async append(
    kind: string,
    id: string,
    event: WorkspaceEvent,
    expectedLastSubjectSequence: number,
  ): Promise<WorkspaceAppendOutcome> {
    if (this.closing) return { stored: false, reason: 'log_unavailable' };
    return this.options.publisher.publish({
      stream: WORKSPACE,
      subject: subjectOf(kind, id),
      payload: Buffer.from(JSON.stringify(event)),
      id: randomUUID(),
      deadline: performance.now() + this.options.totalTimeout,
      expectedLastSubjectSequence,
    });
  }

  /** The newest event of a kind and ID; undefined where there is none. Throws when the log does not answer. */
  async last(kind: string, id: string): Promise<WorkspaceRecord | undefined> {
    const found = await this.options.jsm.streams.getMessage(WORKSPACE, { last_by_subj: subjectOf(kind, id) });
    if (found === null) return undefined;
    return { sequence: found.seq, storedAt: found.time.getTime(), kind, id, text: found.string() };
  }

  /** Throws when the log does not answer. */
  async place(): Promise<StreamPlace> {
    const { created, state } = await this.options.jsm.streams.info(WORKSPACE);
    return { createdAt: created, sequence: state.last_seq };
  }

  /**
   * Calls `listener` for every event from the first one on, in order, and goes on for ever. Resolves when all that
   * was stored at the time of the call has been delivered; the function it resolves to stops it. `lost` is called where
   * nothing more can be read.
   */
  async follow(listener: (record: WorkspaceRecord) => void, lost?: () => void): Promise<() => Promise<void>> {
    const { link, logger } = this.options;
    const target = (await this.place()).sequence;
    const reader = new Reader({ link, logger, stream: WORKSPACE, partition: -1, from: 1, maxMessages: 500 });
    this.readers.add(reader);
    const stop = async () => {
      this.readers.delete(reader);
      await reader.stop();
    };
    await new Promise<void>((resolve, reject) => {
      if (target === 0) resolve();
      const read = async () => {
        for await (const { message, subject } of reader.arrivals()) {
          const [, kind = '', id = ''] = subject.split('.');
          listener({
            sequence: message.sequence,
            storedAt: message.storedAt,
            kind,
            id,
            text: Buffer.from(message.payload).toString('utf8'),
          });
          if (message.sequence >= target || message.pending === 0) resolve();
        }
        resolve();
      };
      read().catch((error: Error) => {
        logger.error({ err: error }, 'the workspace events cannot be read on; restart after mending the log');
        lost?.();
        reject(error);
      });
    });
    return stop;
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.readers].map((reader) => reader.stop()));
  }
}

// Never from unchecked text: a wildcard or a dot would reach another subject.
function subjectOf(kind: string, id: string): string {
  if (!token.test(kind) || !token.test(id)) throw new TypeError(`no workspace subject: "${kind}.${id}"`);
  return `workspace.${kind}.${id}`;
}
