import { WORKSPACE, type LogPlace } from '#database/snapshot.js';

/** Where an event stands in the log, as the doors gave it to its sender: `partition:sequence:ordinal`. */
export interface Receipt extends LogPlace {
  readonly ordinal: number;
}

/** For messages about a field that must be one. */
export const RECEIPT_RULE =
  'must be the receipt of a stored event, partition:sequence:ordinal, such as "2:1043:17"';

/** Undefined for any other text. */
export function parseReceipt(text: unknown): Receipt | undefined {
  const match = typeof text === 'string' ? /^(\d{1,5}):(\d{1,16}):(\d{1,6})$/.exec(text) : null;
  if (!match) return undefined;
  const [partition = NaN, sequence = NaN, ordinal = NaN] = match.slice(1).map(Number);
  return sequence >= 1 && Number.isSafeInteger(sequence) ? { partition, sequence, ordinal } : undefined;
}

/** For messages about a field that may also be that of a change of settings. */
export const AWAITED_RULE = `${RECEIPT_RULE}, or of a change of settings, such as "workspace:12"`;

/** The place of an event, or of a change of settings (`workspace:sequence`); undefined for any other text. */
export function parseAwaited(text: unknown): LogPlace | undefined {
  const change = typeof text === 'string' ? /^workspace:(\d{1,16})$/.exec(text)?.[1] : undefined;
  if (change === undefined) return parseReceipt(text);
  const sequence = Number(change);
  return sequence >= 1 && Number.isSafeInteger(sequence) ? { partition: WORKSPACE, sequence } : undefined;
}

export const receiptText = ({ partition, sequence, ordinal }: Receipt): string =>
  `${partition}:${sequence}:${ordinal}`;
