/** Of a turn of the event loop, milliseconds: acknowledgements and answers come and go between two turns alone. */
const SLICE_MS = 20;

/**
 * Reads and decides what has come in, in its order, a slice in each turn of the event loop. Without it a flood of bodies that are
 * there at once makes one turn of all of them, and the log's acknowledgements are seen once a second: of three times the batches that
 * could be stored a third of those were.
 */
export class WorkQueue {
  private readonly waiting: (() => void)[] = [];
  /** Of the slice of the turn that runs; undefined before its first work. */
  private sliceEnds: number | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** At once where the turn has time for it. */
  run(work: () => void): void {
    const now = this.now();
    if (this.sliceEnds === undefined) this.begin(now);
    if (this.waiting.length === 0 && now < (this.sliceEnds ?? now)) work();
    else this.waiting.push(work);
  }

  private begin(now: number): void {
    this.sliceEnds = now + SLICE_MS;
    setImmediate(() => this.next());
  }

  private next(): void {
    this.sliceEnds = undefined;
    if (this.waiting.length === 0) return;
    const now = this.now();
    this.begin(now);
    // At least one, so that none waits for ever.
    do this.waiting.shift()?.();
    while (this.waiting.length > 0 && this.now() < now + SLICE_MS);
  }
}

/** That of this process. */
export const workQueue = new WorkQueue();
