/** A failure that the user can understand and mend; printed as one line, without a stack. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    message: string,
    /** Exit code of the process. */
    readonly code: number = 1,
  ) {
    super(message);
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
