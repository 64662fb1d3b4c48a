import type { LogMessage } from '#event-log/types.js';
import { decodeEvent } from '#events/codec.js';
import type { LineReader } from '#events/line-reader.js';
import type { Position } from '#events/position.js';
import type { SiteFinder } from '#events/site-finder.js';
import type { StoredEvent } from '#events/stored-event.js';

export interface LoggedEvent {
  readonly event: StoredEvent;
  readonly position: Position;
  /** As it stands in the log. */
  readonly line: string;
}

/** A line, or with ordinal -1 a whole message, that is no event. */
export interface Unreadable {
  readonly position: Position;
  readonly reason: string;
  readonly detail: string;
  readonly text: string;
}

export interface DecodedMessage {
  readonly sequence: number;
  readonly batchId: string;
  readonly storedAt: number;
  readonly bytes: number;
  readonly pending: number;
  readonly events: readonly LoggedEvent[];
  readonly unreadable: readonly Unreadable[];
}

export type Edge = 'events' | 'bytes' | 'caught_up' | 'linger' | 'limit';

/** Consecutive messages that are applied in one transaction. */
export interface Batch {
  /** Sequence and batch ID of the last message: the checkpoint once this batch is committed. */
  readonly sequence: number;
  readonly batchId: string;
  readonly storedAt: number;
  readonly events: readonly LoggedEvent[];
  readonly unreadable: readonly Unreadable[];
  readonly edge: Edge;
}

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');

export function decodeMessage(message: LogMessage): DecodedMessage {
  const { sequence, batchId, storedAt, payload, pending } = message;
  const events: LoggedEvent[] = [];
  const unreadable: Unreadable[] = [];
  const to = {
    event: (each: LoggedEvent) => void events.push(each),
    unreadable: (each: Unreadable) => void unreadable.push(each),
  };
  for (const [ordinal, line] of linesOf(message, to)?.entries() ?? []) decodeLine(message, ordinal, line, to);
  return { sequence, batchId, storedAt, bytes: payload.byteLength, pending, events, unreadable };
}

export interface Lines {
  readonly event: (event: LoggedEvent) => void;
  readonly unreadable: (unreadable: Unreadable) => void;
}

/**
 * Hands over the events of a message that was projected before, in order, each as soon as it is read: what was an event
 * then is not judged again. @param finder of the site whose lines alone are asked for; of others some are handed over too
 */
export function readLines(message: LogMessage, reader: LineReader, to: Lines, finder?: SiteFinder): void {
  const { partition, sequence } = message;
  // A Buffer finds the end of a line six times as fast as any other Uint8Array.
  const payload = bufferOf(message.payload);
  let lines: readonly string[] | undefined;
  finder?.open(payload);
  if (finder?.next(0) === Infinity) return;
  if (payload.length === 0 || !reader.open(payload)) return void linesOf(message, to);
  let from = 0;
  for (let ordinal = 0; from < payload.length; ordinal++) {
    if (finder) {
      const next = finder.next(from);
      if (next === Infinity) return;
      const end = payload.indexOf(LINE_BREAK, from);
      if (end >= 0 && end < next) {
        from = end + 1;
        continue;
      }
    }
    const event = reader.read(from);
    const end = event ? reader.end : payload.indexOf(LINE_BREAK, from);
    if (event) to.event(new ReadEvent(event, { partition, sequence, ordinal }, payload, from, end));
    else decodeLine(message, ordinal, (lines ??= linesOf(message, to) ?? [])[ordinal] ?? '', to);
    if (end < 0) return;
    from = end + 1;
  }
}

const LINE_BREAK = 0x0a;

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array) => Buffer.from(buffer, byteOffset, length);

/** Of most events nobody asks for the line. */
class ReadEvent implements LoggedEvent {
  constructor(
    readonly event: StoredEvent,
    readonly position: Position,
    private readonly payload: Uint8Array,
    private readonly from: number,
    private readonly to: number,
  ) {}

  get line(): string {
    return strict.decode(this.payload.subarray(this.from, this.to));
  }
}

function decodeLine({ partition, sequence }: LogMessage, ordinal: number, line: string, to: Lines): void {
  const decoded = decodeEvent(line);
  const position = { partition, sequence, ordinal };
  if (decoded.ok) to.event({ event: decoded.event, position, line });
  else to.unreadable({ position, reason: decoded.reason, detail: decoded.detail, text: line });
}

/** Undefined where the message is no text, which was said then. */
function linesOf({ partition, sequence, payload }: LogMessage, to: Lines): string[] | undefined {
  const text = textOf(payload);
  if (text === undefined) {
    const position = { partition, sequence, ordinal: -1 };
    const reason = payload.byteLength === 0 ? 'empty_message' : 'invalid_utf8';
    const detail = `${payload.byteLength} bytes`;
    to.unreadable({ position, reason, detail, text: lenient.decode(payload) });
    return undefined;
  }
  const lines = text.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}

function textOf(payload: Uint8Array): string | undefined {
  if (payload.byteLength === 0) return undefined;
  try {
    return strict.decode(payload);
  } catch {
    return undefined;
  }
}

export function batchOf(messages: readonly DecodedMessage[], edge: Edge): Batch {
  const last = messages.at(-1);
  if (!last) throw new Error('a batch has at least one message');
  return {
    sequence: last.sequence,
    batchId: last.batchId,
    storedAt: last.storedAt,
    events: messages.flatMap((message) => message.events),
    unreadable: messages.flatMap((message) => message.unreadable),
    edge,
  };
}
