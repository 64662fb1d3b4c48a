/** A fault at start-up that the operator can mend: main prints the message alone (no stack) and exits 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
