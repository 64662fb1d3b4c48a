/** A turn of the event loop that takes this long answers nobody meanwhile. */
const MOST_MS = 400;

/**
 * Whether the turn of the loop that runs now has lasted too long to take more work: it has found more requests than can be
 * answered soon. Those that it still finds are told to come again, which costs a tenth of reading them, so whoever was
 * taken is answered in time, however many there are.
 */
export class LoopTurn {
  private since: number | undefined;

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly most = MOST_MS,
  ) {}

  overrun(): boolean {
    const now = this.now();
    if (this.since === undefined) {
      this.since = now;
      setImmediate(() => (this.since = undefined));
    }
    return now - this.since > this.most;
  }
}

/** That of this process. */
export const loopTurn = new LoopTurn();
