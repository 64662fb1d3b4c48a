/** Another process holds the partition now. Not a fault: this runner gives up and says so. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The partition must not go on until somebody acts; the message says what is wrong and what to do. */
export class PartitionStopped extends Error {
  override readonly name = 'PartitionStopped';

  constructor(
    message: string,
    /** `log`: over once the log is right again; `batch`: over once the batch is committed. */
    readonly over: 'log' | 'batch',
  ) {
    super(message);
  }
}

/** A generation was retired or joined between two statements; the batch is simply done again. */
export class GenerationsChanged extends Error {
  override readonly name = 'GenerationsChanged';
}

/** PostgreSQL refused the values of a batch: some event in it has to be found and parked. */
export class RefusedValues extends Error {
  override readonly name = 'RefusedValues';
}

/** SQLSTATE of an error of the database; empty for anything else. */
/** As PostgreSQL says of one lock: others hold what is needed, and later they may not. */
export class LocksBusy extends Error {
  override readonly name = 'LocksBusy';
  readonly code = '55P03';

  constructor() {
    super('the partitions are busy');
  }
}

export function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : '';
}

/**
 * Data exceptions (22…), violated constraints (23…) and "too complex" (54000) are the event's fault. Everything else
 * (connection, disk, lock, time-out, unknown) is not, and must never park an event.
 */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state.startsWith('22') || state.startsWith('23') || state === '54000';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
