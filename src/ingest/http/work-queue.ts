/** Of a turn of the event loop, milliseconds: acknowledgements and answers come and go between two turns alone. */
const SLICE_MS = 10;
/** What one turn counts at the most: a longer one is a pause of the process (its memory is swept, the machine stands). */
const LONGEST_TURN_MS = 50;
/** Of turns that the first of those who wait has waited through, milliseconds: from here on more comes than can be done. */
const BUSY_AFTER_MS = 200;
/** Who has waited through so much is told so instead of being served too late. */
const GIVEN_UP_AFTER_MS = 300;

interface Waiting {
  readonly work: () => void;
  readonly giveUp: (() => void) | undefined;
  /** By the queue's clock, milliseconds. */
  readonly since: number;
}

/**
 * Reads and decides what has come in, in its order, a slice in each turn of the event loop. Without it a flood of bodies that are
 * there at once makes one turn of all of them, and the log's acknowledgements are seen once a second: of three times the batches that
 * could be stored a third of those were.
 *
 * How long something waits is told by a clock of turns in which somebody waited, each with a bound: a process that stood still for
 * seconds has not more to do than it can.
 */
export class WorkQueue {
  private readonly waiting: Waiting[] = [];
  /** When the slice of the turn that runs began; undefined before its first work. */
  private began: number | undefined;
  /** Milliseconds of all turns so far in which somebody waited. */
  private clock = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** More comes than can be done: whoever waits longest has waited for too long. */
  get busy(): boolean {
    const [first] = this.waiting;
    return first !== undefined && this.clock - first.since > BUSY_AFTER_MS;
  }

  /** At once where the turn has time for it. `giveUp` is called in its place when it would come too late; without it, it waits. */
  run(work: () => void, giveUp?: () => void): void {
    const now = this.now();
    const began = this.began ?? this.begin(now);
    if (this.waiting.length === 0 && now < began + SLICE_MS) work();
    else this.waiting.push({ work, giveUp, since: this.clock });
  }

  private begin(now: number): number {
    setImmediate(() => this.next(now));
    return (this.began = now);
  }

  private next(before: number): void {
    this.began = undefined;
    if (this.waiting.length === 0) return;
    const now = this.now();
    this.clock += Math.min(now - before, LONGEST_TURN_MS);
    this.begin(now);
    // At least one, so that none waits for ever.
    this.work(now + SLICE_MS);
  }

  private work(until: number): void {
    const next = this.waiting.shift();
    if (!next) return;
    if (next.giveUp && this.clock - next.since > GIVEN_UP_AFTER_MS) next.giveUp();
    else next.work();
    afterPromises(() => {
      if (this.now() < until) this.work(until);
    });
  }
}

/** Once all promises that are kept by now have been followed up, and those that these keep: deciding stands behind several. */
function afterPromises(then: () => void): void {
  queueMicrotask(() => process.nextTick(then));
}

/** That of this process. */
export const workQueue = new WorkQueue();
