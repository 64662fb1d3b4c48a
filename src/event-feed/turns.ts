/** Bounds how many things are under way together; the others wait, first come, first served. */
export class Turns {
  private busy = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limit: number) {}

  /** Answers what `work` answers, and throws what it throws. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy < this.limit) this.busy++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The place goes over to the next one, so nobody comes between.
      if (next) next();
      else this.busy--;
    }
  }
}
