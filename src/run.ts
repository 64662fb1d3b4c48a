import type { Config } from '#config/config.js';
import type { StartupError } from '#config/startup-error.js';
import { ProjectorThreads } from '#projector/threads/projector-threads.js';
import type { Logger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { Parts, type Running } from './parts.js';
import { serve } from './serve.js';
import { startServers, takePlace, tellWhere } from './servers.js';

/**
 * Starts one role in this process: servers (where none are named), migrations, log, workspace, HTTP.
 * `onGivenUp` hears of a server or a thread of ours that could not be kept running.
 * @throws StartupError with what to do, after stopping what had been started.
 */
export async function startProduct(
  config: Config,
  logger: Logger,
  onGivenUp: (error: StartupError) => void,
): Promise<Running> {
  const parts = new Parts(logger);
  try {
    await takePlace(config, parts);
    // While servers start, their program is loaded.
    const threads = config.role === 'api' ? undefined : new ProjectorThreads(config.projectors);
    if (threads) parts.add('projectors', () => threads.stop());
    const servers = await startServers(config, logger, parts, onGivenUp);
    const metrics = new Metrics();
    await serve({ config, logger, metrics, servers, threads, parts, onGivenUp });
    const url = await tellWhere(config, servers, parts);
    return { url, stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}
