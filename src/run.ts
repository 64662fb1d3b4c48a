import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveTracker } from '#api/tracker-script.js';
import { serveWebApp } from '#api/web-app.js';
import type { Config } from '#config/config.js';
import { StartupError } from '#config/startup-error.js';
import { version } from '#config/version.js';
import { migrate } from '#database/data-source.js';
import { createPool } from '#database/pool.js';
import { openReplica, replicaLag } from '#database/replica.js';
import { lockDataFolder } from '#embedded/data-folder.js';
import { startEmbedded } from '#embedded/embedded.js';
import { removeRuntimeFile, writeRuntimeFile } from '#embedded/runtime-file.js';
import { EventLog } from '#event-log/event-log.js';
import { configureHttp, createFastifyAdapter } from '#ingest/http.js';
import { serveOpenApi } from '#ingest/openapi.js';
import { ProjectorThreads } from '#projector/threads/projector-threads.js';
import type { Logger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { NestLogger } from '#telemetry/nest-logger.js';
import { SettingsHistory } from '#workspace/state/settings-history.js';
import { Workspace } from '#workspace/state/workspace.js';
import { AppModule } from './app.module.js';
import type { Core } from './core.js';
import { assertPortFree, listenFault } from './port.js';

export interface Running {
  readonly url: string;
  /** Stops what was started, last first. Never throws: what fails is logged and the rest still stops. */
  stop(): Promise<void>;
}

/** Connections that wait to be accepted; Node's 511 makes clients of a sudden crowd try again after seconds. */
const BACKLOG = 4_096;

const WEB_APP = join(import.meta.dirname, '..', 'web');
const TRACKER = join(import.meta.dirname, '..', 'tracker', 't.js');

/**
 * Starts one role: servers (where none are named), migrations, log, workspace, HTTP.
 * `onGivenUp` hears of a server or a thread of ours that could not be kept running.
 * @throws StartupError with what to do, after stopping what had been started.
 */
export async function startProduct(
  config: Config,
  logger: Logger,
  onGivenUp: (error: StartupError) => void,
): Promise<Running> {
  const started: { readonly name: string; stop(): Promise<unknown> }[] = [];
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) {
      await part
        .stop()
        .catch((error: unknown) => logger.error({ err: error }, `${part.name} did not stop cleanly`));
    }
  };
  try {
    const lock = lockDataFolder(config.dataDir);
    started.push({ name: 'data folder', stop: () => lock.stop() });
    await assertPortFree(config.host, config.port);
    // While servers start, their program is loaded.
    const threads = config.role === 'api' ? undefined : new ProjectorThreads(config.projectors);
    if (threads) started.push({ name: 'projectors', stop: () => threads.stop() });
    const embedded = await startEmbedded({
      dataDir: config.dataDir,
      logger,
      wantPostgres: config.databaseUrl === undefined,
      wantNats: config.natsUrl === undefined,
      onGivenUp,
    });
    started.push({ name: 'embedded servers', stop: () => embedded.stop() });
    const servers = {
      databaseUrl: named(config.databaseUrl ?? embedded.databaseUrl),
      natsUrl: named(config.natsUrl ?? embedded.natsUrl),
      natsMonitorUrl: config.natsMonitorUrl ?? embedded.natsMonitorUrl,
    };
    await migrate(servers.databaseUrl, logger);
    const metrics = new Metrics();
    const pool = createPool(servers.databaseUrl, { logger });
    started.push({ name: 'database', stop: () => pool.end() });
    const { databaseReplicaUrl } = config;
    const replica =
      databaseReplicaUrl === undefined || config.role === 'projector'
        ? undefined
        : await openReplica(databaseReplicaUrl, pool, { logger });
    if (replica) {
      started.push({ name: 'read replica', stop: () => replica.end() });
      metrics.showReplicaLag(() => replicaLag(replica, pool));
    }
    const log = await EventLog.open({
      url: servers.natsUrl,
      acceptUnsynced: config.acceptUnsynced,
      logger,
      metrics,
      ...(servers.natsMonitorUrl === undefined ? {} : { monitorUrl: servers.natsMonitorUrl }),
      replicas: config.logReplicas,
      ...(config.partitions === undefined ? {} : { partitions: config.partitions }),
    });
    started.push({ name: 'log', stop: () => log.close() });
    const workspace = new Workspace();
    const settingsHistory = new SettingsHistory();
    await log.workspace.follow((record) => {
      workspace.applyRecord(record);
      settingsHistory.applyRecord(record);
    });
    const core: Core = {
      config,
      logger,
      metrics,
      pool,
      reads: replica ?? pool,
      log,
      workspace,
      settingsHistory,
      threads,
      onGivenUp,
    };
    const app = await startHttp(core);
    started.push({ name: 'HTTP server', stop: () => app.close() });
    const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
    await writeRuntimeFile(config.dataDir, {
      ...servers,
      databaseReplicaUrl,
      url,
      version,
      role: config.role,
    });
    started.push({ name: 'runtime file', stop: () => removeRuntimeFile(config.dataDir) });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startHttp(core: Core): Promise<NestFastifyApplication> {
  const { config, logger, metrics } = core;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for(core),
    createFastifyAdapter(config),
    {
      logger: new NestLogger(logger),
      abortOnError: false,
      forceCloseConnections: false,
    },
  );
  configureHttp(app, {
    logger,
    metrics,
    doors: config.role !== 'projector',
    proxyHops: config.proxyHops,
    countryHeader: config.countryHeader,
  });
  if (config.role !== 'projector') {
    const server = app.getHttpAdapter().getInstance();
    await serveWebApp(server, WEB_APP);
    await serveTracker(server, TRACKER);
    serveOpenApi(app);
  }
  try {
    await app.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  } catch (error) {
    await app.close();
    // Somebody may have taken it since it was looked at.
    throw listenFault(error as Error, config.host, config.port);
  }
  return app;
}

function named(url: string | undefined): string {
  if (url === undefined) throw new StartupError('No server to use: set DATABASE_URL and NATS_URL.');
  return url;
}
