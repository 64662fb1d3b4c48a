/** Where an event stands in the log: stream sequence within its partition, and its place in that record batch. */
export interface Position {
  readonly partition: number;
  /** JetStream stream sequence, from 1. */
  readonly sequence: number;
  /** Index of the event within the message, from 0. */
  readonly ordinal: number;
}

/** A position as text, `partition:sequence:ordinal`, such as "2:1043:17": what a sender gets and may ask with. */
export function receiptOf({ partition, sequence, ordinal }: Position): string {
  return `${partition}:${sequence}:${ordinal}`;
}

/** The same for what may be a whole message (ordinal -1), which is `partition:sequence`. */
export function positionText(position: Position): string {
  const { partition, sequence, ordinal } = position;
  return ordinal < 0 ? `${partition}:${sequence}` : receiptOf(position);
}
