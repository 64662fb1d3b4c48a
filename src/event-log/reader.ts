import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type ConsumerMessages,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger } from '#telemetry/logger.js';
import { GapRule, StreamIdentity } from './gaps.js';
import type { Link } from './link.js';
import { maxMessageBytes } from './streams.js';
import { LogGapError, type LogMessage, type LogReader } from './types.js';

/** One pull lives this long; silence of three times that means the consumer is lost. Milliseconds. */
const expires = 2000;
const silence = 3 * expires;
const firstPause = 50;
const longestPause = 1000;
/** All readers share one connection, where a long answer keeps the others' waiting. */
const usualBytes = 1024 * 1024;

export interface ReaderOptions {
  readonly link: Link;
  readonly logger: Logger;
  readonly stream: string;
  readonly partition: number;
  /** First sequence to deliver, from 1. */
  readonly from: number;
  /** Messages fetched at once, fewer where they are large; up to twice as many are held in memory. */
  readonly maxMessages: number;
  /** Payload that is fetched at once. */
  readonly maxBytes?: number;
  /** Called once the reader is stopped. */
  readonly stopped?: () => void;
}

interface Arrived {
  readonly message: LogMessage;
  readonly subject: string;
}

/**
 * An ordered read without acknowledgements, from a sequence on and for ever. An ephemeral consumer is made anew after
 * whatever goes wrong (server restart, silence, a hole in the delivery), at the message after the last one delivered.
 * It fetches ahead of the one who iterates, but never further than two fetches.
 */
export class Reader implements LogReader {
  private readonly identity: Promise<StreamIdentity>;
  private readonly gaps: Promise<GapRule>;
  private readonly manager: Promise<JetStreamManager>;
  private readonly buffer: Arrived[] = [];
  private buffered = 0;
  /** Bytes of a message, lately; until one came they are taken for the largest there are. */
  private usual = maxMessageBytes;
  private last: number;
  private stopped = false;
  private failure: Error | undefined;
  private messages: ConsumerMessages | undefined;
  private wakeConsumer: (() => void) | undefined;
  private wakePump: (() => void) | undefined;
  private pumping: Promise<void> | undefined;

  private readonly maxBytes: number;

  constructor(private readonly options: ReaderOptions) {
    this.maxBytes = options.maxBytes ?? usualBytes;
    this.last = Math.max(1, options.from) - 1;
    this.manager = jetstreamManager(options.link.nc, { checkAPI: false, timeout: expires });
    this.identity = this.manager.then((jsm) => new StreamIdentity(jsm, options.stream));
    this.gaps = this.manager.then((jsm) => new GapRule(jsm, options.stream));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LogMessage, void, void> {
    for await (const arrived of this.arrivals()) yield arrived.message;
  }

  /** The same with each message's subject. Only one iteration at a time. */
  async *arrivals(): AsyncGenerator<Arrived, void, void> {
    this.pumping ??= this.pump();
    try {
      for (;;) {
        const next = this.buffer.shift();
        if (next !== undefined) {
          this.buffered -= next.message.payload.byteLength;
          if (!this.isFull()) this.wakePump?.();
          yield next;
        } else if (this.failure !== undefined) {
          throw this.failure;
        } else if (this.stopped) {
          return;
        } else {
          await new Promise<void>((resolve) => (this.wakeConsumer = resolve));
        }
      }
    } finally {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.messages?.stop();
    this.wakePump?.();
    this.wakeConsumer?.();
    await this.pumping;
    this.options.stopped?.();
  }

  private async pump(): Promise<void> {
    const { link, logger, stream } = this.options;
    let pause = firstPause;
    while (!this.stopped) {
      const before = this.last;
      try {
        if (link.connected) await this.consume();
      } catch (error) {
        if (error instanceof LogGapError) {
          this.failure = error;
          break;
        }
        const level = pause < longestPause ? 'debug' : 'warn';
        logger[level](
          { stream, after: this.last, fault: String(error) },
          'the log is read on with a new consumer',
        );
      }
      pause = this.last > before ? firstPause : Math.min(pause * 2, longestPause);
      await this.rest(pause);
    }
    this.wakeConsumer?.();
  }

  /** One consumer's life; returns or throws when it is of no more use. */
  private async consume(): Promise<void> {
    const { link, stream } = this.options;
    const [jsm, identity] = await Promise.all([this.manager, this.identity]);
    await identity.check(await jsm.streams.info(stream));
    const info = await jsm.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.last + 1,
      mem_storage: true,
      num_replicas: 1,
      // The server forgets it by itself when this process dies.
      inactive_threshold: nanos(60_000),
    });
    const consumer = jetstream(link.nc, { timeout: expires }).consumers.getConsumerFromInfo(info);
    const off = link.onChange((up) => {
      // A restarted server has forgotten the consumer; one that froze for long may have.
      if (up) this.messages?.stop();
    });
    let delivery = 0;
    let lost = false;
    try {
      while (!this.stopped && !lost && link.connected) {
        if (this.isFull()) {
          await new Promise<void>((resolve) => (this.wakePump = resolve));
          continue;
        }
        const messages = await consumer.fetch({ max_messages: this.atOnce(), expires });
        this.messages = messages;
        if (this.stopped) messages.stop();
        const watchdog = setInterval(() => {
          lost = true;
          messages.stop();
        }, silence);
        let count = 0;
        let bytes = 0;
        try {
          for await (const message of messages) {
            watchdog.refresh();
            if (this.stopped) break;
            // A hole in the delivery is never legal: those messages went to a pull that was gone.
            if (message.info.deliverySequence !== ++delivery) {
              lost = true;
              break;
            }
            count++;
            bytes += message.data.byteLength;
            await this.deliver(message, identity);
          }
        } finally {
          if (count > 0) this.usual = bytes / count;
          clearInterval(watchdog);
          messages.stop();
        }
      }
    } finally {
      off();
      this.messages = undefined;
      if (link.connected) void jsm.consumers.delete(stream, info.name).catch(() => undefined);
    }
  }

  private async deliver(message: JsMsg, identity: StreamIdentity): Promise<void> {
    const { info } = message;
    const sequence = info.streamSequence;
    if (sequence !== this.last + 1) await (await this.gaps).explain(this.last + 1, sequence - 1);
    const batchId = message.headers?.get('Nats-Msg-Id') ?? '';
    identity.delivered(sequence, batchId);
    this.last = sequence;
    this.buffered += message.data.byteLength;
    this.buffer.push({
      subject: message.subject,
      message: {
        partition: this.options.partition,
        sequence,
        batchId,
        storedAt: Math.floor(info.timestampNanos / 1_000_000),
        payload: message.data,
        pending: info.pending,
      },
    });
    this.wakeConsumer?.();
  }

  private isFull(): boolean {
    return this.buffer.length >= this.options.maxMessages || this.buffered >= this.maxBytes;
  }

  private atOnce(): number {
    const fitting = Math.floor(this.maxBytes / Math.max(1, this.usual));
    return Math.max(1, Math.min(this.options.maxMessages, fitting));
  }

  /** Waits, but not through a reconnect or a stop. */
  private async rest(milliseconds: number): Promise<void> {
    if (this.stopped) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        off();
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      const off = this.options.link.onChange((up) => {
        if (up) done();
      });
      this.wakePump = done;
    });
  }
}
