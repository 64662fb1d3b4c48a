import { setTimeout as sleep } from 'node:timers/promises';

import type { Config } from '#config/config.js';
import { EventLog } from '#event-log/event-log.js';
import type { AppendOutcome } from '#event-log/types.js';
import { Metrics } from '#telemetry/metrics.js';
import { silentLogger } from '#telemetry/logger.js';

import { findInstance, requireInstance } from './instance.js';
import { messageOf, Problem } from './problem.js';
import { duration } from './text.js';

const RETRY_MS = 500;
const OVERLOAD_MS = 50;

export interface SessionOptions {
  /** How long an unreachable log is waited for, milliseconds. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * The log, outliving the server behind it: while it cannot be written, everybody waits here, and the instance is
 * looked up again because a restarted one may have other addresses. A line is only ever retried as it is, so an
 * event that was stored although its answer got lost is recognised by its ID and counts once.
 */
export class LogSession {
  private recovery: Promise<void> | undefined;

  private constructor(
    private readonly config: Config,
    private readonly options: SessionOptions,
    private current: EventLog,
    private currentUrl: string,
  ) {}

  static async open(config: Config, options: SessionOptions): Promise<LogSession> {
    const { natsUrl, natsMonitorUrl } = requireInstance(config, 'natsUrl');
    const log = await openLog(natsUrl, natsMonitorUrl);
    return new LogSession(config, options, log, natsUrl);
  }

  get log(): EventLog {
    return this.current;
  }

  /**
   * Appends one encoded event, however often it takes. Only `stored` and `event_too_large` come back; a full log, or
   * one that stays away beyond the patience, ends the command.
   */
  async append(partition: number, line: string): Promise<AppendOutcome> {
    for (;;) {
      const log = this.current;
      const outcome = await log.append(partition, line);
      if (outcome.stored || outcome.reason === 'event_too_large') return outcome;
      this.options.signal.throwIfAborted();
      if (outcome.reason === 'log_full') {
        throw new Problem(
          'The log is full. Make room (docs/operating.md), then run this again: it adds what is missing.',
        );
      }
      if (outcome.reason === 'log_overloaded') await sleep(OVERLOAD_MS);
      else if (log === this.current) await this.recover();
    }
  }

  /** Runs a step that needs the log and that may be repeated, waiting for the log where it is away. */
  async attempt<T>(step: (log: EventLog) => Promise<T>): Promise<T> {
    for (;;) {
      const log = this.current;
      try {
        return await step(log);
      } catch (error) {
        if (error instanceof Problem) throw error;
        this.options.signal.throwIfAborted();
        if (await writable(log)) throw error; // the log is well, so the step itself is at fault
        if (log === this.current) await this.recover();
      }
    }
  }

  async close(): Promise<void> {
    await this.current.close();
  }

  /** One waiting for all: callers that come while it goes on join it. */
  private recover(): Promise<void> {
    this.recovery ??= this.waitForLog().finally(() => {
      this.recovery = undefined;
    });
    return this.recovery;
  }

  private async waitForLog(): Promise<void> {
    const { patience, signal, say } = this.options;
    const started = Date.now();
    let said = false;
    let fault = 'it does not answer';
    while (Date.now() - started < patience) {
      signal.throwIfAborted();
      try {
        if (await this.reachable()) {
          if (said) say(`The log is back after ${duration(Date.now() - started)}; going on.`);
          return;
        }
      } catch (error) {
        fault = messageOf(error);
      }
      if (!said) say(`The log cannot be written (${fault}): waiting for it, up to ${duration(patience)}.`);
      said = true;
      await sleep(RETRY_MS, undefined, { signal });
    }
    throw new Problem(
      `The log was away for ${duration(patience)}: ${fault}. ` +
        'Nothing is lost: run the same command again when it is back, it adds only what is missing.',
    );
  }

  private async reachable(): Promise<boolean> {
    if (await writable(this.current)) return true;
    const instance = findInstance(this.config);
    if (!instance?.natsUrl || instance.natsUrl === this.currentUrl) return false;
    const fresh = await openLog(instance.natsUrl, instance.natsMonitorUrl);
    const stale = this.current;
    this.current = fresh;
    this.currentUrl = instance.natsUrl;
    void stale.close().catch(() => undefined); // its server is gone: what was in flight has been told so
    return writable(fresh);
  }
}

async function writable(log: EventLog): Promise<boolean> {
  return log.probe().catch(() => false);
}

/** Whether an unsynced log is acceptable was decided when the server was started; a command does not decide it again. */
function openLog(url: string, monitorUrl: string | undefined): Promise<EventLog> {
  return EventLog.open({
    url,
    ...(monitorUrl === undefined ? {} : { monitorUrl }),
    acceptUnsynced: true,
    logger: silentLogger,
    metrics: new Metrics({ defaults: false }),
  });
}
