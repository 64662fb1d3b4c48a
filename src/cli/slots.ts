/** Bounds how many things are under way together; the first failure ends it. */
export class Slots {
  private busy = 0;
  private failure: { readonly error: unknown } | undefined;
  private waiting: (() => void) | undefined;

  constructor(private readonly limit: number) {}

  /** Starts `work` as soon as a slot is free and returns without waiting for its end. Throws what an earlier one threw. */
  async start(work: () => Promise<void>): Promise<void> {
    while (this.busy >= this.limit && !this.failure) await this.change();
    this.check();
    this.busy += 1;
    void work()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => {
        this.busy -= 1;
        this.waiting?.();
      });
  }

  /** Waits for everything under way. Throws what any of it threw. */
  async drain(): Promise<void> {
    while (this.busy > 0) await this.change();
    this.check();
  }

  private check(): void {
    if (this.failure) throw this.failure.error;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }
}
