import type { LogMessage } from '#event-log/types.js';
import { decodeEvent } from '#events/codec.js';
import type { Position } from '#events/position.js';
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
  const { partition, sequence, batchId, storedAt, payload, pending } = message;
  const events: LoggedEvent[] = [];
  const unreadable: Unreadable[] = [];
  decodeLines(message, {
    event: (event, ordinal, line) => events.push({ event, position: { partition, sequence, ordinal }, line }),
    unreadable: (each) => unreadable.push(each),
  });
  return { sequence, batchId, storedAt, bytes: payload.byteLength, pending, events, unreadable };
}

interface Lines {
  readonly event: (event: StoredEvent, ordinal: number, line: string) => void;
  readonly unreadable: (unreadable: Unreadable) => void;
}

/** Hands over the events of a message in order, each as soon as it is decoded. */
export function decodeLines({ partition, sequence, payload }: LogMessage, to: Lines): void {
  const text = textOf(payload);
  if (text === undefined) {
    const position = { partition, sequence, ordinal: -1 };
    const reason = payload.byteLength === 0 ? 'empty_message' : 'invalid_utf8';
    const detail = `${payload.byteLength} bytes`;
    to.unreadable({ position, reason, detail, text: lenient.decode(payload) });
    return;
  }
  const lines = text.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  for (const [ordinal, line] of lines.entries()) {
    const decoded = decodeEvent(line);
    if (decoded.ok) to.event(decoded.event, ordinal, line);
    else {
      const position = { partition, sequence, ordinal };
      to.unreadable({ position, reason: decoded.reason, detail: decoded.detail, text: line });
    }
  }
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
