import { availableParallelism } from 'node:os';
import { pause } from './session.js';

export interface ThrottleOptions {
  /** Processors of the machine; default: those this process may use. */
  readonly processors?: number;
  readonly now?: () => number;
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

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
  /** When the share will have done what was used. */
  private paidAt = -Infinity;
  private working = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly now: () => number;
  private readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;

  constructor(share: number, options: ThrottleOptions = {}) {
    const processors = share * (options.processors ?? availableParallelism());
    // Of the whole machine nothing is kept for others: work that waited for a processor would be paid for twice.
    this.processors = share < 1 ? processors : Infinity;
    this.places = Math.ceil(processors);
    this.now = options.now ?? (() => performance.now());
    this.pause = options.pause ?? pause;
  }

  /** Does the work when there is a place for it. Not for what others wait for. */
  async turn<T>(signal: AbortSignal, work: (used: Used) => Promise<T>): Promise<T> {
    if (this.working >= this.places) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.working++;
    try {
      const rest = this.paidAt - this.now();
      if (rest > 0) await this.pause(rest, signal);
      return await work((milliseconds) => {
        this.paidAt = Math.max(this.paidAt, this.now() - milliseconds) + milliseconds / this.processors;
      });
    } finally {
      // The place goes to the next in line as it is.
      const next = this.waiting.shift();
      if (next) next();
      else this.working--;
    }
  }
}
