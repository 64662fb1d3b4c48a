import { mkdirSync, realpathSync } from 'node:fs';
import type { StartupError } from '#config/startup-error.js';
import type { Logger } from '#telemetry/logger.js';
import { prepareNats, runNats } from './embedded-nats.js';
import { preparePostgres, runPostgres } from './embedded-postgres.js';
import { rememberedPasswords, rememberedPorts } from './remembered.js';

export interface EmbeddedOptions {
  /** Must be locked (`lockDataFolder`). */
  readonly dataDir: string;
  readonly logger: Logger;
  readonly wantPostgres: boolean;
  readonly wantNats: boolean;
  /** A server dies again and again: Tidemark cannot go on. */
  readonly onGivenUp: (error: StartupError) => void;
}

export interface Embedded {
  readonly databaseUrl?: string;
  /** For the login of whoever answers, which has to be made. */
  readonly apiPassword?: string;
  readonly natsUrl?: string;
  readonly natsMonitorUrl?: string;
  /** Resolves when both servers are gone, within seven seconds. */
  stop(): Promise<void>;
}

/**
 * Starts the servers that are wanted and keeps them running. What a killed Tidemark left running is stopped first.
 * @throws StartupError with what to do; nothing is left running then.
 */
export async function startEmbedded(o: EmbeddedOptions): Promise<Embedded> {
  const { logger, onGivenUp } = o;
  mkdirSync(o.dataDir, { recursive: true });
  // Servers are recognised by the path on their command line, so it must be the same however it was spelt.
  const dataDir = realpathSync(o.dataDir);
  const passwords = rememberedPasswords(dataDir, ['postgres', 'nats', 'api']);
  const server = { dataDir, logger, onGivenUp };
  const [place, binary] = await Promise.all([
    o.wantPostgres ? preparePostgres(server, passwords.postgres) : undefined,
    o.wantNats ? prepareNats(server) : undefined,
  ]);

  const ports = await rememberedPorts(dataDir, ['postgres', 'nats', 'natsMonitor']);
  const postgres =
    place && runPostgres(server, place, { port: ports.postgres, password: passwords.postgres });
  const nats =
    binary &&
    runNats(server, binary, { port: ports.nats, monitorPort: ports.natsMonitor, password: passwords.nats });
  const parts = [postgres, nats].filter((part) => part !== undefined);
  const results = await Promise.allSettled(parts);
  const stop = async () => {
    const running = results.filter((result) => result.status === 'fulfilled');
    await Promise.all(running.map((result) => result.value.stop()));
  };
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const [database, log] = [await postgres, await nats];
  return {
    ...(database ? { databaseUrl: database.url, apiPassword: passwords.api } : {}),
    ...(log ? { natsUrl: log.url, natsMonitorUrl: log.monitorUrl } : {}),
    stop,
  };
}
