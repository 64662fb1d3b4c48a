import { countDeadLetters, findDeadLetter } from './dead-letters.js';
import type { RowReader } from './row-reader.js';
import { EVERYTHING, type Tenant } from './tenant.js';

/** Kinds of jobs. */
export const RETRY_DEAD_LETTERS = 'retry_dead_letters';
export const DISCARD_DEAD_LETTERS = 'discard_dead_letters';

/** Which open dead letters an order is about: one by its ID, or all that match. */
export interface DeadLetterSelection {
  readonly id?: number | undefined;
  readonly site?: string | undefined;
  readonly projection?: string | undefined;
  readonly reason?: string | undefined;
}

/** What came of an order, in dead letters. */
export interface DeadLetterResult {
  readonly retried: number;
  /** Failed again; they stay open, with the new reason. */
  readonly failed: number;
  /** Nothing was tried: only code that is not running here could, or there is no event in it. */
  readonly skipped: number;
  readonly discarded: number;
}

const NO_EVENT =
  'is a whole message that cannot be decoded: there is no event in it to retry. It can only be discarded.';

/** The longest note that is kept. */
export const LONGEST_NOTE = 1_000;

/**
 * Why an order cannot be carried out, in words for whoever gave it. It may still come to nothing: somebody else may be
 * faster, and then nothing is changed.
 */
export async function refusalOf(
  reader: RowReader,
  kind: typeof RETRY_DEAD_LETTERS | typeof DISCARD_DEAD_LETTERS,
  { id, ...filter }: DeadLetterSelection,
  tenant: Tenant = EVERYTHING,
): Promise<string | undefined> {
  if (id === undefined) {
    const open = { ...filter, state: 'open', tenant } as const;
    if ((await countDeadLetters(reader, open)) === 0)
      return 'No open dead letter matches; nothing was changed.';
    const eventsOnly = kind === RETRY_DEAD_LETTERS;
    return (await countDeadLetters(reader, { ...open, eventsOnly })) > 0
      ? undefined
      : `What matches ${NO_EVENT}`;
  }
  const letter = await findDeadLetter(reader, id, tenant);
  if (!letter) return `There is no dead letter ${id}: it was retried, or never was.`;
  if (letter.state !== 'open') {
    return `Dead letter ${id} was discarded (${letter.note ?? 'without a note'}); nothing was changed.`;
  }
  if (kind === RETRY_DEAD_LETTERS && letter.ordinal < 0) {
    return `Dead letter ${id} ${NO_EVENT}`;
  }
  return undefined;
}
