import { availableParallelism } from 'node:os';
import { pause } from './session.js';

export interface ThrottleOptions {
  /** Processors of the machine; default: those this process may use. */
  readonly processors?: number;
  /** Projectors among which the places are divided, where several threads of this process build. */
  readonly threads?: number;
  /** What all of them used, from `paidTogether`; default: of this one alone. */
  readonly paid?: SharedArrayBuffer;
  readonly now?: () => number;
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** For the throttles of several threads, which then keep to one share together. */
export const paidTogether = (): SharedArrayBuffer => new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);

/** To be told of processor time that was used just now, here or in PostgreSQL; milliseconds. */
export type Used = (milliseconds: number) => void;

/**
 * Keeps all builders of this process together below a share of the machine: as many at a time as there are processors in
 * the share (with more, each wrote its rows in more and smaller transactions, and Node's one thread was no busier), and none begins a turn before the time that was used would have passed on the processors of the share.
 */
export class BuildThrottle {
  /** By which used time is divided. */
  private readonly processors: number;
  private readonly places: number;
  /** When the share will have done what was used: one number, in microseconds. */
  private readonly paid: BigInt64Array;
  private working = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly now: () => number;
  private readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;

  constructor(share: number, options: ThrottleOptions = {}) {
    const processors = share * (options.processors ?? availableParallelism());
    // Of the whole machine nothing is kept for others: work that waited for a processor would be paid for twice.
    this.processors = share < 1 ? processors : Infinity;
    this.places = Math.ceil(processors / (options.threads ?? 1));
    this.paid = new BigInt64Array(options.paid ?? paidTogether());
    // Threads have no other time in common.
    this.now = options.now ?? (() => performance.timeOrigin + performance.now());
    this.pause = options.pause ?? pause;
  }

  /** Does at once what somebody waits for; what is built beside it rests the longer. */
  atOnce<T>(work: (used: Used) => Promise<T>): Promise<T> {
    return work((milliseconds) => this.pay(milliseconds));
  }

  /** Does the work when there is a place for it. Not for what others wait for. */
  async turn<T>(signal: AbortSignal, work: (used: Used) => Promise<T>): Promise<T> {
    if (this.working >= this.places) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.working++;
    try {
      const rest = Number(Atomics.load(this.paid, 0)) / 1000 - this.now();
      if (rest > 0) await this.pause(rest, signal);
      return await work((milliseconds) => this.pay(milliseconds));
    } finally {
      // The place goes to the next in line as it is.
      const next = this.waiting.shift();
      if (next) next();
      else this.working--;
    }
  }

  private pay(milliseconds: number): void {
    for (;;) {
      const before = Atomics.load(this.paid, 0);
      const from = Math.max(Number(before) / 1000, this.now() - milliseconds);
      const after = BigInt(Math.round((from + milliseconds / this.processors) * 1000));
      if (Atomics.compareExchange(this.paid, 0, before, after) === before) return;
    }
  }
}
