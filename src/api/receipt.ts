import { WORKSPACE, type LogPlace } from '#database/snapshot.js';

/**
 * Where an event stands in the log, as its sender got it: `partition:sequence:ordinal`; of a change of settings
 * `workspace:sequence`.
 */
export interface Receipt extends LogPlace {
  readonly ordinal: number;
}

/** For messages about a field that must be one. */
export const RECEIPT_RULE =
  'must be the receipt of a stored event, partition:sequence:ordinal, such as "2:1043:17", ' +
  'or of a change of settings, such as "workspace:12"';

/** Undefined for any other text. */
export function parseReceipt(text: unknown): Receipt | undefined {
  const change = typeof text === 'string' ? /^workspace:(\d{1,16})$/.exec(text)?.[1] : undefined;
  if (change !== undefined) return receiptOf(WORKSPACE, Number(change), 0);
  const match = typeof text === 'string' ? /^(\d{1,5}):(\d{1,16}):(\d{1,6})$/.exec(text) : null;
  if (!match) return undefined;
  const [partition = NaN, sequence = NaN, ordinal = NaN] = match.slice(1).map(Number);
  return receiptOf(partition, sequence, ordinal);
}

function receiptOf(partition: number, sequence: number, ordinal: number): Receipt | undefined {
  return sequence >= 1 && Number.isSafeInteger(sequence) ? { partition, sequence, ordinal } : undefined;
}

export const receiptText = ({ partition, sequence, ordinal }: Receipt): string =>
  `${partition}:${sequence}:${ordinal}`;
