import { availableParallelism } from 'node:os';
import { pause } from './session.js';

export interface ThrottleOptions {
  /** Processors of the machine; default: those this process may use. */
  readonly processors?: number;
  readonly now?: () => number;
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Keeps all builders of this process together below a share of the machine: so many at a time as there are processors in
 * the share, and where the share is not a whole number of them, a rest after each batch in proportion to its work.
 */
export class BuildThrottle {
  private readonly places: number;
  /** Milliseconds of rest for each millisecond of work. */
  private readonly rest: number;
  private working = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly now: () => number;
  private readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;

  constructor(share: number, options: ThrottleOptions = {}) {
    const processors = share * (options.processors ?? availableParallelism());
    this.places = Math.max(1, Math.ceil(processors));
    this.rest = Math.max(0, this.places / processors - 1);
    this.now = options.now ?? (() => performance.now());
    this.pause = options.pause ?? pause;
  }

  /** Does the work when there is a place for it. Not for what others wait for. */
  async turn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.working >= this.places) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.working++;
    try {
      const started = this.now();
      const result = await work();
      if (this.rest > 0) await this.pause((this.now() - started) * this.rest, signal);
      return result;
    } finally {
      // The place goes to the next in line as it is.
      const next = this.waiting.shift();
      if (next) next();
      else this.working--;
    }
  }
}
