const WINDOW = 5_000;

/** Events per second over the last few seconds. */
export class RateMeter {
  private readonly marks: { at: number; count: number }[] = [];
  private total = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(count: number): void {
    this.marks.push({ at: this.now(), count });
    this.total += count;
  }

  perSecond(): number {
    const horizon = this.now() - WINDOW;
    while (this.marks[0] && this.marks[0].at < horizon) this.total -= this.marks.shift()?.count ?? 0;
    return Math.round((this.total * 1000) / WINDOW);
  }
}
