import type { Config } from '#config/config.js';
import type { StartupError } from '#config/startup-error.js';
import type { Logger } from '#telemetry/logger.js';
import { Parts, type Running } from '../parts.js';
import { startServers, takePlace, tellWhere } from '../servers.js';
import { ApiProcesses } from './api-processes.js';

/**
 * Starts role `api` in several processes; this one does what is done once, and supervises.
 * `onGivenUp` hears of a server or a process of ours that could not be kept running.
 * @throws StartupError with what to do, after stopping what had been started.
 */
export async function startProcesses(
  config: Config,
  logger: Logger,
  onGivenUp: (error: StartupError) => void,
): Promise<Running> {
  const parts = new Parts(logger);
  try {
    await takePlace(config, parts);
    const servers = startServers(config, logger, parts, onGivenUp);
    const processes = await ApiProcesses.start(config.apiProcesses, servers, logger, onGivenUp);
    parts.add('API processes', () => processes.stop());
    const url = await tellWhere(config, await servers, parts);
    return { url, stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}
