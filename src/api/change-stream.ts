/**
 * The time from one push to the next grows with what a push takes, up to this many milliseconds, so that reading never takes
 * all. Three times the work instead of twice put 80 ms on top of 230 at 5,000 events/s.
 */
const LONGEST_GAP = 1_000;
const TIMES_THE_WORK = 2;

/**
 * The heartbeat of one subscription: yields at once and then after each `poke()`, however many came meanwhile, at
 * most once per `gapMs`, and less often where whoever pulls takes long to answer and send what it pulled. Not an async
 * generator, because those cannot be ended while they wait.
 */
export class ChangeStream<T> implements AsyncIterableIterator<T> {
  private dirty = true;
  private ended = false;
  private lastAt = Number.NEGATIVE_INFINITY;
  private wake: (() => void) | undefined;

  /** `look` says what to push, undefined to wait for the next poke; `onEnd` runs exactly once. */
  constructor(
    private readonly look: () => Promise<T | undefined>,
    private readonly onEnd: () => void,
    private readonly gapMs = 100,
  ) {}

  poke(): void {
    this.dirty = true;
    this.wake?.();
  }

  /** Throws what `look` throws; the stream has ended then. */
  async next(): Promise<IteratorResult<T>> {
    const work = performance.now() - this.lastAt;
    const gap = Math.max(this.gapMs, Math.min(LONGEST_GAP, TIMES_THE_WORK * work));
    for (;;) {
      await this.pause(() => this.dirty, undefined);
      await this.pause(() => false, this.lastAt + gap - performance.now());
      if (this.ended) return { done: true, value: undefined };
      this.dirty = false;
      const value = await this.looked();
      // Read again through a function: the stream may have been ended while it looked.
      if (this.hasEnded()) return { done: true, value: undefined };
      if (value === undefined) continue;
      this.lastAt = performance.now();
      return { done: false, value };
    }
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.ended) {
      this.ended = true;
      this.wake?.();
      this.onEnd();
    }
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Who iterates does not call `return` once `next` has thrown. */
  private async looked(): Promise<T | undefined> {
    try {
      return await this.look();
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  private hasEnded(): boolean {
    return this.ended;
  }

  /** Until `enough`, the end of the stream, or `milliseconds` when given. */
  private async pause(enough: () => boolean, milliseconds: number | undefined): Promise<void> {
    const until = milliseconds === undefined ? undefined : performance.now() + milliseconds;
    while (!this.hasEnded() && !enough()) {
      const left = until === undefined ? undefined : until - performance.now();
      if (left !== undefined && left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = left === undefined ? undefined : setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
  }
}
