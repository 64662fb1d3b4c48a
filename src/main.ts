import { readConfig } from '#config/read-config.js';
import { StartupError } from '#config/startup-error.js';
import { createLogger, type Logger } from '#telemetry/logger.js';
import { boundHeapGrowth } from './heap.js';
import type { Running } from './parts.js';

/** A graceful stop has this long; then the process ends anyway, and the next start recovers as after a crash. */
const STOP_WITHIN_MS = 9_500;

async function main(): Promise<void> {
  boundHeapGrowth();
  const config = readConfig();
  const several = config.apiProcesses > 1;
  const logger = createLogger({ level: config.logLevel, format: config.logFormat, showPid: several });
  // Who only supervises loads nothing of what answers.
  const start = several
    ? (await import('./processes/start.js')).startProcesses
    : (await import('./run.js')).startProduct;
  let running: Running | undefined = undefined;
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('did not stop in time, ending now');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    void finish(running, logger);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  running = await start(config, logger, (error) => {
    logger.fatal(error.message);
    process.exitCode = 1;
    stop('SIGTERM');
  });
  if (stopping) return finish(running, logger);
  console.log(`\nTidemark is ready: ${running.url}`);
}

async function finish(running: Running | undefined, logger: Logger): Promise<void> {
  // Still starting: main() finishes what it began and comes back here.
  if (running === undefined) return;
  await running.stop();
  logger.info('stopped');
  process.exit();
}

main().catch((error: unknown) => {
  if (error instanceof StartupError) console.error(`\nTidemark could not start: ${error.message}`);
  else console.error('\nTidemark could not start because of a fault of its own:', error);
  process.exit(1);
});
