import { Injectable } from '@nestjs/common';

import { EventLog } from '#event-log/event-log.js';

/** Holds the salt of today, and of no other day. */
@Injectable()
export class VisitorSalts {
  private day = '';
  private salt: Promise<Uint8Array> | undefined;

  constructor(private readonly log: EventLog) {}

  /**
   * @param at milliseconds since the epoch; today
   * @throws Error when the log does not answer
   */
  at(at: number): Promise<Uint8Array> {
    const day = new Date(at).toISOString().slice(0, 10);
    if (this.salt === undefined || day !== this.day) {
      this.day = day;
      this.salt = this.log.salts.of(day).catch((error: unknown) => {
        if (this.day === day) this.salt = undefined;
        throw error;
      });
    }
    return this.salt;
  }
}
