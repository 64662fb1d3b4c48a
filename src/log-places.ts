import { Injectable } from '@nestjs/common';
import { LogAway, type LoggedPlace, LogPlaces } from '#api/ports.js';
import { EventLog } from '#event-log/event-log.js';
import type { LogMessage } from '#event-log/types.js';

@Injectable()
export class LogPlacesFromLog extends LogPlaces {
  constructor(private readonly log: EventLog) {
    super();
  }

  override lastStoredBy(partition: number, time: number): Promise<LoggedPlace | undefined> {
    return this.asked(async () => {
      let found: LogMessage | undefined;
      let low = 0;
      let high = (await this.log.head(partition)).sequence;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        const message = await this.messageFrom(partition, middle);
        if (message && message.sequence <= high && message.storedAt <= time) {
          found = message;
          low = message.sequence;
        } else high = middle - 1;
      }
      return found && { sequence: found.sequence, storedAt: found.storedAt };
    });
  }

  /** The first there is from here on: one may have been deleted. */
  private async messageFrom(partition: number, sequence: number): Promise<LogMessage | undefined> {
    const { log } = this;
    const message = await log.messageAt(partition, sequence);
    if (message) return message;
    const next = await log.sequenceFrom(partition, sequence);
    return next === undefined ? undefined : log.messageAt(partition, next);
  }

  private async asked<T>(work: () => Promise<T>): Promise<T> {
    return work().catch(() => {
      throw new LogAway();
    });
  }
}
