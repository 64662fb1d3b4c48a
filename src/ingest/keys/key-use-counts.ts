import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';

import { LOGGER } from '#config/tokens.js';
import type { Logger } from '#telemetry/logger.js';

import { KeyUseStore } from './key-use-store.js';

const TELL_EVERY_MS = 60_000;

interface Counted {
  lastAt: number;
  count: number;
}

/** When each key was used, counted in memory: no request waits for it, and each key is written once a minute at most. */
@Injectable()
export class KeyUseCounts implements OnModuleInit, OnModuleDestroy {
  private uses = new Map<string, Counted>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: KeyUseStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.tell(), TELL_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.tell();
  }

  count(keyId: string): void {
    const known = this.uses.get(keyId);
    if (known) {
      known.lastAt = Date.now();
      known.count += 1;
    } else this.uses.set(keyId, { lastAt: Date.now(), count: 1 });
  }

  /** What cannot be written now is told the next time. */
  async tell(): Promise<void> {
    const { uses } = this;
    if (uses.size === 0) return;
    this.uses = new Map();
    try {
      await this.store.add([...uses].map(([keyId, { lastAt, count }]) => ({ keyId, lastAt, count })));
    } catch (error) {
      this.logger.debug({ detail: (error as Error).message }, 'when keys were used is written later');
      for (const [keyId, { lastAt, count }] of uses) {
        const since = this.uses.get(keyId);
        if (since) since.count += count;
        else this.uses.set(keyId, { lastAt, count });
      }
    }
  }
}
