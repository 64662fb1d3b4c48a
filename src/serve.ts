import 'reflect-metadata';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuthDoor } from '#accounts/door.js';
import { Actors } from '#access/actors.js';
import { wallHttp } from '#api/http-walls.js';
import { answerLocalHosts } from '#api/local-hosts.js';
import { serveTracker } from '#api/tracker-script.js';
import { serveWebApp } from '#api/web-app.js';
import type { Config } from '#config/config.js';
import type { StartupError } from '#config/startup-error.js';
import type { Pool } from 'pg';
import { requireWalls } from '#database/api-login.js';
import { createPool } from '#database/pool.js';
import { openReplica, replicaLag } from '#database/replica.js';
import { startupErrorOf } from '#database/startup-errors.js';
import { EventLog } from '#event-log/event-log.js';
import { configureHttp, createFastifyAdapter } from '#ingest/http.js';
import { DOOR_ADDRESSES, SENDERS_ADDRESSES } from '#ingest/doors.js';
import { serveOpenApi } from '#ingest/openapi.js';
import type { ProjectorThreads } from '#projector/threads/projector-threads.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import { NestLogger } from '#telemetry/nest-logger.js';
import { SettingsHistory } from '#workspace/state/settings-history.js';
import { Workspace } from '#workspace/state/workspace.js';
import { AppModule } from './app.module.js';
import type { Core } from './core.js';
import type { Parts } from './parts.js';
import { listenFault } from './port.js';
import type { Servers } from './servers.js';

export interface Serving {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly servers: Servers;
  /** None of role `api`. */
  readonly threads: ProjectorThreads | undefined;
  /** What is opened is added to it. */
  readonly parts: Parts;
  readonly onGivenUp: (error: StartupError) => void;
}

/** Connections that wait to be accepted; Node's 511 makes clients of a sudden crowd try again after seconds. */
const BACKLOG = 4_096;

const WEB_APP = join(import.meta.dirname, '..', 'web');
const TRACKER = join(import.meta.dirname, '..', 'tracker', 't.js');

/**
 * Opens database, log, workspace and port.
 * @throws StartupError with what to do
 */
export async function serve(serving: Serving): Promise<void> {
  const { config, logger, metrics, servers, parts } = serving;
  const ownerPool = config.role === 'api' ? undefined : createPool(servers.databaseUrl, { logger });
  if (ownerPool) parts.add('database', () => ownerPool.end());
  const pool = await poolOfApi(serving, ownerPool);
  const { databaseReplicaUrl } = config;
  const replica =
    databaseReplicaUrl === undefined || config.role === 'projector'
      ? undefined
      : await openReplica(databaseReplicaUrl, pool, { logger });
  if (replica) {
    parts.add('read replica', () => replica.end());
    if (!config.open) await requireWalls(replica, 'DATABASE_REPLICA_URL');
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
  parts.add('log', () => log.close());
  const workspace = new Workspace();
  const settingsHistory = new SettingsHistory();
  await log.workspace.follow(
    (record) => {
      workspace.applyRecord(record);
      settingsHistory.applyRecord(record);
    },
    () => (workspace.isKnown = false),
  );
  workspace.isKnown = true;
  const app = await prepareHttp(
    {
      ...serving,
      pool,
      ownerPool,
      databaseUrl: servers.databaseApiUrl ?? servers.databaseUrl,
      reads: replica ?? pool,
      log,
      workspace,
      settingsHistory,
    },
    parts,
  );
  try {
    await app.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  } catch (error) {
    // Somebody may have taken it since it was looked at.
    throw listenFault(error as Error, config.host, config.port);
  }
}

/** Whoever answers has a login of its own, which row level security holds; where everybody may everything, it may do without. */
async function poolOfApi(
  { config, servers, logger, parts }: Serving,
  ownerPool: Pool | undefined,
): Promise<Pool> {
  const { databaseApiUrl, databaseUrl } = servers;
  const own = config.role === 'projector' ? undefined : databaseApiUrl;
  if (own === undefined && ownerPool) return ownerPool;
  const pool = createPool(own ?? databaseUrl, { logger });
  parts.add('database of the API', () => pool.end());
  if (own !== undefined) {
    await requireWalls(pool, 'DATABASE_API_URL').catch((error: unknown) => {
      throw startupErrorOf(error, own, 'DATABASE_API_URL');
    });
  }
  return pool;
}

async function prepareHttp(core: Core, parts: Parts): Promise<NestFastifyApplication> {
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
  parts.add('HTTP server', () => app.close());
  if (config.open) answerLocalHosts(app.getHttpAdapter().getInstance(), SENDERS_ADDRESSES);
  wallHttp(app.getHttpAdapter().getInstance(), app.get(Actors), DOOR_ADDRESSES);
  configureHttp(app, {
    logger,
    metrics,
    doors: config.role !== 'projector',
    proxyHops: config.proxyHops,
    countryHeader: config.countryHeader,
  });
  if (config.role !== 'projector') {
    const server = app.getHttpAdapter().getInstance();
    await serveWebApp(server, WEB_APP, { https: config.accounts.publicUrl.startsWith('https:') });
    await serveTracker(server, TRACKER);
    if (!config.open) app.get(AuthDoor, { strict: false }).open(server);
    serveOpenApi(app);
  }
  return app;
}
