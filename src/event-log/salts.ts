import type { JetStreamManager } from '@nats-io/jetstream';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Publisher } from './publisher.js';
import { SALTS } from './streams.js';

const BYTES = 32;

export interface SaltsOptions {
  readonly jsm: JetStreamManager;
  readonly publisher: Publisher;
  /** Milliseconds. */
  readonly totalTimeout: number;
}

/**
 * One secret a day, the same in every process, deleted by the stream an hour after its day at the earliest and a day
 * later at the latest. In NATS and not in PostgreSQL, because events are taken while PostgreSQL is down.
 */
export class Salts {
  constructor(private readonly options: SaltsOptions) {}

  /**
   * Made by whoever asks first.
   *
   * @param day UTC, as in 2026-01-31
   * @throws Error when the log does not answer
   */
  async of(day: string): Promise<Uint8Array> {
    const there = await this.find(day);
    if (there) return there;
    const salt = randomBytes(BYTES);
    const { publisher, totalTimeout } = this.options;
    const outcome = await publisher.publish({
      stream: SALTS,
      subject: subjectOf(day),
      payload: salt,
      id: randomUUID(),
      deadline: performance.now() + totalTimeout,
      expectedLastSubjectSequence: 0,
    });
    if (outcome.stored) return salt;
    const others = outcome.reason === 'conflict' ? await this.find(day) : undefined;
    if (others) return others;
    throw new Error(`the salt of the day cannot be had: ${outcome.reason}`);
  }

  private async find(day: string): Promise<Uint8Array | undefined> {
    const found = await this.options.jsm.streams.getMessage(SALTS, { last_by_subj: subjectOf(day) });
    return found?.data;
  }
}

const subjectOf = (day: string): string => `salts.${day}`;
