import type { Logger } from '#telemetry/logger.js';

export interface Running {
  readonly url: string;
  /** Stops what was started. Never throws. */
  stop(): Promise<void>;
}

/** What was started so far. */
export class Parts {
  private readonly started: { readonly name: string; stop(): Promise<unknown> }[] = [];

  constructor(private readonly logger: Logger) {}

  add(name: string, stop: () => Promise<unknown>): void {
    this.started.push({ name, stop });
  }

  /** Last first. Never throws: what fails is logged and the rest still stops. */
  async stop(): Promise<void> {
    for (const part of this.started.splice(0).reverse()) {
      await part
        .stop()
        .catch((error: unknown) => this.logger.error({ err: error }, `${part.name} did not stop cleanly`));
    }
  }
}
