import { parentPort } from 'node:worker_threads';
import { StartupError } from '#config/startup-error.js';
import { EventLog } from '#event-log/event-log.js';
import { projections } from '#projections/index.js';
import { createLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { Projector } from '../projector.js';
import type { Order, Report, ThreadSettings } from './messages.js';

// The program of one thread: a projector with connections of its own.

const metrics = new Metrics({ defaults: false });
let running: { readonly log: EventLog; readonly projector: Projector } | undefined;
let starting: Promise<void> = Promise.resolve();

const tell = (report: Report): void => parentPort?.postMessage(report);

async function start(settings: ThreadSettings): Promise<void> {
  const { databaseUrl: url, natsUrl, paid, rebuildShare, threads, verifyEveryMs } = settings;
  const lines = { write: (line: string) => tell({ kind: 'line', line }) };
  const logger = createLogger({ level: settings.logLevel, format: 'json' }, lines);
  try {
    const log = await EventLog.join({ url: natsUrl, acceptUnsynced: true, logger, metrics }, settings);
    const throttle = { threads, paid };
    const limits = { verifyEveryMs };
    const projector = new Projector({
      url,
      log,
      projections,
      logger,
      metrics,
      rebuildShare,
      throttle,
      limits,
    });
    running = { log, projector };
    await projector.start();
    tell({ kind: 'started' });
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    tell({ kind: 'refused', why: error.message });
  }
}

async function stop(): Promise<void> {
  await starting;
  await running?.projector.stop();
  await running?.log.close();
  parentPort?.close();
}

parentPort?.on('message', (order: Order) => {
  if (order.kind === 'start') starting = start(order.settings);
  else if (order.kind === 'stop') void stop();
  else void metrics.values().then((values) => tell({ kind: 'metrics', values }));
});
