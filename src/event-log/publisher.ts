import { jetstream, JetStreamApiError, type JetStreamClient, type PubAck } from '@nats-io/jetstream';
import { RequestError, TimeoutError } from '@nats-io/transport-node';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import type { Link } from './link.js';

export interface Publication {
  readonly stream: string;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** `Nats-Msg-Id`: the same for each try, so that what was stored unseen is not stored twice. */
  readonly id: string;
  /** On the `performance.now()` clock, milliseconds: no try goes on beyond it. */
  readonly deadline: number;
  readonly expectedLastSubjectSequence?: number;
}

export type PublishOutcome =
  | { readonly stored: true; readonly sequence: number }
  | { readonly stored: false; readonly reason: 'log_unavailable' | 'log_full' | 'conflict' };

const tries = 3;
/** A try with less time than this would only muddy the answer. */
const leastTime = 20;
const pauseWithoutStream = 100;

const wrongLastSequence = 10071;
const storeFailed = 10077;
const resourceCodes = new Set([10023, 10028, 10047]);

type Attempt = PublishOutcome | 'timeout' | 'dropped' | 'nobody' | 'refused';

/** Publishes one message until JetStream acknowledged it, or says why it did not. Never throws. */
export class Publisher {
  private readonly js: JetStreamClient;

  constructor(
    private readonly link: Link,
    private readonly tryTimeout: number,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    this.js = jetstream(link.nc);
  }

  async publish(message: Publication): Promise<PublishOutcome> {
    const started = performance.now();
    for (let sent = 0; sent < tries;) {
      const left = message.deadline - performance.now();
      if (left < leastTime || !(await this.link.whenUp(left))) break;
      if (sent > 0) this.metrics.appendRetries.inc();
      const attempt = await this.attempt(message);
      if (typeof attempt === 'object') {
        if (attempt.stored) this.metrics.appendSeconds.observe((performance.now() - started) / 1000);
        return attempt;
      }
      // Nobody took the message, so nothing was tried yet: a restarted server opens its streams after its port.
      if (attempt === 'nobody')
        await pause(Math.min(pauseWithoutStream, message.deadline - performance.now()));
      else sent++;
      if (attempt === 'refused')
        await pause(Math.min(pauseWithoutStream, message.deadline - performance.now()));
    }
    return { stored: false, reason: 'log_unavailable' };
  }

  private async attempt(message: Publication): Promise<Attempt> {
    const timeout = Math.max(leastTime, Math.min(this.tryTimeout, message.deadline - performance.now()));
    let off: (() => void) | undefined;
    // The answer to a request does not survive the connection; ask again on the next one instead of waiting.
    const dropped = new Promise<'dropped'>((resolve) => {
      off = this.link.onChange((up) => {
        if (!up) resolve('dropped');
      });
    });
    const answer = this.js
      .publish(message.subject, message.payload, {
        msgID: message.id,
        timeout,
        expect: {
          streamName: message.stream,
          ...(message.expectedLastSubjectSequence !== undefined && {
            lastSubjectSequence: message.expectedLastSubjectSequence,
          }),
        },
      })
      .then(
        (ack) => this.checked(ack, message),
        (error: unknown) => this.judged(error, message),
      );
    try {
      return await Promise.race([answer, dropped]);
    } finally {
      off?.();
    }
  }

  /** A retry of what is already stored is acknowledged with `duplicate: true` and the sequence it has. */
  private checked(ack: PubAck, message: Publication): Attempt {
    if (ack.stream === message.stream && Number.isSafeInteger(ack.seq) && ack.seq > 0) {
      return { stored: true, sequence: ack.seq };
    }
    this.logger.error({ ack, stream: message.stream }, 'an acknowledgement that is not of this stream');
    return 'refused';
  }

  private judged(error: unknown, message: Publication): Attempt {
    if (error instanceof JetStreamApiError) {
      if (error.code === wrongLastSequence) return { stored: false, reason: 'conflict' };
      const full =
        resourceCodes.has(error.code) ||
        (error.code === storeFailed && /exceed|no space|insufficient|quota/i.test(error.message));
      this.logger.warn(
        { stream: message.stream, code: error.code, fault: error.message },
        'append refused by NATS',
      );
      return full ? { stored: false, reason: 'log_full' } : 'refused';
    }
    if (error instanceof TimeoutError) return 'timeout';
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof RequestError && cause.isNoResponders()) return 'nobody';
    this.logger.warn({ stream: message.stream, fault: String(error) }, 'append failed');
    return 'refused';
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
