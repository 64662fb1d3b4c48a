import { encodeEvent } from '#events/codec.js';
import type { AppendOutcome } from '#event-log/types.js';
import type { Position } from '#events/position.js';

import { Slots } from '../slots.js';
import { LineIds } from './line-ids.js';
import type { NumberedLine } from './lines.js';
import { parseLine, type Format } from './parse-line.js';
import { toEvent } from './to-event.js';

export interface RejectedLine {
  readonly number: number;
  /** `line_too_long`, `not_this_format`, `bad_timestamp`, or what the rules for events say (`invalid_path`, …). */
  readonly reason: string;
  readonly detail: string;
}

export interface ImportTotals {
  read: number;
  stored: number;
  rejected: number;
  /** The last place in the log that a line of this run went to. */
  last: Position | undefined;
}

export interface ImportOptions {
  readonly site: string;
  readonly format: Format;
  readonly append: (line: string) => Promise<AppendOutcome>;
  readonly onRejected: (line: RejectedLine) => void | Promise<void>;
  readonly onLine?: (totals: Readonly<ImportTotals>) => void;
  readonly signal: AbortSignal;
  /** Lines under way to the log together; with a line's own bound this bounds the memory. */
  readonly inFlight?: number;
}

/**
 * Appends every line that can be counted and tells of every line that cannot. Ends when all are answered; after an
 * abort it reads no further but still waits for what is under way.
 */
export async function importLines(
  lines: AsyncIterable<NumberedLine>,
  options: ImportOptions,
): Promise<ImportTotals> {
  const { site, format, append, onRejected, onLine, signal } = options;
  const totals: ImportTotals = { read: 0, stored: 0, rejected: 0, last: undefined };
  const ids = new LineIds(site);
  const slots = new Slots(options.inFlight ?? 2_000);

  const reject = async (number: number, reason: string, detail: string): Promise<void> => {
    totals.rejected += 1;
    await onRejected({ number, reason, detail });
  };
  const store = async (number: number, encoded: string): Promise<void> => {
    const outcome = await append(encoded);
    if (!outcome.stored) return reject(number, outcome.reason, 'the event is larger than the log takes');
    totals.stored += 1;
    if (isLater(outcome.position, totals.last)) totals.last = outcome.position;
  };

  for await (const { number, text } of lines) {
    if (signal.aborted) break;
    totals.read += 1;
    onLine?.(totals);
    if (text === undefined) {
      await reject(number, 'line_too_long', 'the line is longer than 256 KB');
      continue;
    }
    const line = text.replaceAll('\0', '\uFFFD'); // PostgreSQL's text cannot hold NUL
    const parsed = parseLine(line, format);
    if (!parsed.ok) {
      await reject(number, parsed.reason, explanations[parsed.reason](format));
      continue;
    }
    const context = { site, eventId: ids.next(line), receivedAt: Date.now() };
    const decision = toEvent(parsed.entry, context);
    if (decision.accepted) await slots.start(() => store(number, encodeEvent(decision.event)));
    else await reject(number, decision.reason, decision.messages.join('; '));
  }
  await slots.drain();
  return totals;
}

const explanations = {
  not_this_format: (format: Format) => `not a line of the ${format} log format`,
  bad_timestamp: () => 'the time in [brackets] is not like [17/May/2015:10:05:03 +0000]',
} as const;

function isLater(position: Position, than: Position | undefined): boolean {
  return than === undefined || position.sequence > than.sequence;
}
