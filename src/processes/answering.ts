import { readConfig } from '#config/read-config.js';
import { StartupError } from '#config/startup-error.js';
import { createLogger } from '#telemetry/logger.js';
import { Metrics, type MetricValues } from '#telemetry/metrics.js';
import { boundHeapGrowth } from '../heap.js';
import { Parts } from '../parts.js';
import { serve } from '../serve.js';
import type { Order, Report } from './messages.js';

boundHeapGrowth();
const config = readConfig();
const logger = createLogger({ level: config.logLevel, format: config.logFormat, showPid: true });
const metrics = new Metrics();
const parts = new Parts(logger);
let listening = false;

const asked = new Map<number, (values: readonly (readonly MetricValues[])[]) => void>();
let questions = 0;
metrics.others = (values) =>
  new Promise((resolve) => {
    asked.set(++questions, resolve);
    tell({ kind: 'others', id: questions, values });
  });

function tell(report: Report): void {
  process.send?.(report);
}

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'serve':
      await serve({
        ...{ config, logger, metrics, parts, servers: order.servers, threads: undefined },
        onGivenUp: (error) => {
          throw error;
        },
      });
      listening = true;
      return tell({ kind: 'listening' });
    case 'metrics':
      return tell({ kind: 'metrics', values: await metrics.values() });
    case 'others':
      asked.get(order.id)?.(order.values);
      asked.delete(order.id);
  }
}

async function refuse(error: unknown): Promise<void> {
  await parts.stop();
  const mendable = error instanceof StartupError;
  const why = mendable ? error.message : String((error as Partial<Error> | undefined)?.stack ?? error);
  const report: Report = { kind: 'refused', why, mendable };
  process.send?.(report, () => process.exit(1));
}

async function stop(): Promise<void> {
  // Before that nothing was accepted.
  if (listening) await parts.stop();
  process.exit();
}

process.on('message', (order: Order) => void obey(order).catch(refuse));
process.once('SIGTERM', () => {
  // A second one, of a terminal's or a service's whole group, must not end it in the middle.
  process.on('SIGTERM', () => undefined);
  void stop();
});
tell({ kind: 'loaded' });
