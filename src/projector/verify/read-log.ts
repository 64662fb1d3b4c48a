import { LogGapError, type LogMessage } from '#event-log/types.js';
import { batchOf, decodeMessage, type Batch, type DecodedMessage } from '../batch.js';
import type { Engine } from '../engine.js';
import { JobInterrupted } from '../job-kind.js';
import { holdsAny, SILENCE } from '../log-presence.js';

/** Of large messages fewer were read between two requests, and a fifth of the time went by waiting for the next ones. */
const AT_ONCE = 4 * 1024 * 1024;

export interface Stretch {
  readonly partition: number;
  readonly from: number;
  /** Inclusive; the log reaches so far. */
  readonly upTo: number;
  readonly signal: AbortSignal;
  /** Messages that are gone though nobody deleted them. */
  readonly missing: (from: number, to: number) => void;
}

/** Reads a stretch of the log to its end, over what is missing in it. @throws JobInterrupted while the log is away. */
export async function* readBatches(engine: Engine, stretch: Stretch): AsyncGenerator<Batch, void, void> {
  const { batchEvents, batchBytes } = engine.limits;
  let messages: DecodedMessage[] = [];
  let events = 0;
  let bytes = 0;
  for await (const message of readMessages(engine, stretch)) {
    const decoded = decodeMessage(message);
    messages.push(decoded);
    events += decoded.events.length + decoded.unreadable.length;
    bytes += decoded.bytes;
    if (events < batchEvents && bytes < batchBytes) continue;
    yield batchOf(messages, 'events');
    messages = [];
    events = bytes = 0;
  }
  if (messages.length > 0) yield batchOf(messages, 'limit');
}

/** The same, message by message. */
export async function* readMessages(
  engine: Engine,
  { partition, from, upTo, signal, missing }: Stretch,
): AsyncGenerator<LogMessage, void, void> {
  let next = from;
  const isThere = () =>
    holdsAny(engine.log, partition, next, upTo).catch((error: unknown) => Promise.reject(away(error)));
  while (next <= upTo) {
    const reader = engine.log.read(partition, next, { maxMessages: 200, maxBytes: AT_ONCE });
    const iterator = reader[Symbol.asyncIterator]();
    try {
      while (next <= upTo) {
        const step = await nextOf(iterator, signal, isThere);
        if (step === 'gone') {
          missing(next, upTo);
          return;
        }
        if (step.done) throw new JobInterrupted('the log is not read any more');
        const message: LogMessage = step.value;
        next = message.sequence + 1;
        if (message.sequence <= upTo) yield message;
      }
    } catch (error) {
      if (!(error instanceof LogGapError) || !error.gap) throw error;
      const { first, last } = error.gap;
      missing(first, Math.min(last, upTo));
      next = last + 1;
    } finally {
      await reader.stop();
    }
  }
}

async function nextOf(
  iterator: AsyncIterator<LogMessage>,
  signal: AbortSignal,
  isThere: () => Promise<boolean>,
): Promise<IteratorResult<LogMessage, unknown> | 'gone'> {
  const arriving = iterator.next();
  arriving.catch(() => undefined);
  for (;;) {
    const step = await orSilence(arriving, signal);
    signal.throwIfAborted();
    if (step !== 'silent') return step;
    if (!(await isThere())) return 'gone';
  }
}

/** What comes, unless nothing does for a while or it is to stop. By hand: signals made for each message took a tenth of a fold. */
function orSilence<T>(arriving: Promise<T>, signal: AbortSignal): Promise<T | 'silent'> {
  return new Promise((resolve, reject) => {
    const silent = () => settle(() => resolve('silent'));
    const timer = setTimeout(silent, SILENCE);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', silent);
      how();
    };
    signal.addEventListener('abort', silent);
    if (signal.aborted) silent();
    arriving.then(
      (step) => settle(() => resolve(step)),
      (error: Error) => settle(() => reject(error)),
    );
  });
}

export function away(error: unknown): JobInterrupted {
  return new JobInterrupted(`the log does not answer: ${String(error)}`, { cause: error });
}
