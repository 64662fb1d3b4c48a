import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { Actor } from '#access/actor.js';
import { Actors, type Asking } from '#access/actors.js';
import { ensureApiLogin } from '#database/api-login.js';
import { AuthDoor } from '#accounts/door.js';
import type { AccountsConfig } from '#config/config.js';
import { migrate } from '#database/data-source.js';
import { createPool } from '#database/pool.js';
import { openReplica } from '#database/replica.js';
import { decodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import type { EventLog } from '#event-log/event-log.js';
import { wallHttp } from '#api/http-walls.js';
import { DOOR_ADDRESSES } from '#ingest/doors.js';
import { configureHttp, createFastifyAdapter } from '#ingest/http.js';
import { serveOpenApi } from '#ingest/openapi.js';
import { silentLogger, type Logger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { NestLogger } from '#telemetry/nest-logger.js';
import { SettingsHistory } from '#workspace/state/settings-history.js';
import { Workspace } from '#workspace/state/workspace.js';
import { createDatabase } from '../../harness/database.js';
import { openLog, readAll } from '../../harness/event-log.js';
import { startNats, type NatsOptions, type TestNats } from '../../harness/nats.js';
import { startProxy, through, type TcpProxy } from '../../harness/tcp-proxy.js';
import type { ReplicatedPostgres } from '../../harness/replicated-postgres.js';
import { AppModule } from '../../../src/app.module.js';

export interface IngestApp {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly log: EventLog;
  readonly nats: TestNats;
  readonly metrics: Metrics;
  readonly workspace: Workspace;
  readonly databaseUrl: string;
  /** The same, as a superuser. */
  readonly adminUrl: string;
  readonly databaseProxy: TcpProxy | undefined;
  /** Every event in the log, as read back from its streams. */
  stored(): Promise<StoredEvent[]>;
  stop(): Promise<void>;
}

/** The API role as it is served, over a real nats-server and a real database. */
export async function startIngest(
  options: {
    production?: boolean;
    /**
     * False: whoever sends needs a key, whoever reads must be known, and the database is read by the API's own login.
     * Default: true, unless `actorOf` is given.
     */
    open?: boolean;
    proxyHops?: number;
    countryHeader?: string;
    rateLimitSite?: number;
    rateLimitAddress?: number;
    /** Another process of the same product: same log, same database. */
    beside?: IngestApp;
    nats?: NatsOptions;
    /** The database is reached through `databaseProxy`. */
    proxied?: boolean;
    servers?: ReplicatedPostgres;
    /** Somebody has to sign in, and whoever asks is who this says. */
    actorOf?: (asking: Asking) => Actor;
    /** Connections to the database. */
    connections?: number;
    accounts?: Partial<AccountsConfig>;
    logger?: Logger;
  } = {},
): Promise<IngestApp> {
  const { servers, beside } = options;
  const nats = beside?.nats ?? (await startNats(options.nats));
  const database = beside
    ? { url: beside.databaseUrl, adminUrl: beside.adminUrl, drop: () => Promise.resolve() }
    : servers
      ? { url: servers.url, adminUrl: servers.url, drop: () => servers.stop() }
      : await createDatabase(options.open === false || options.actorOf ? 'plain' : 'superuser');
  const databaseProxy = options.proxied ? await startProxy(Number(new URL(database.url).port)) : undefined;
  const { actorOf, connections: max = 4 } = options;
  const open = options.open ?? actorOf === undefined;
  // Before the migrations: their owner may make no roles.
  const address = open ? database.url : await ensureApiLogin(database.adminUrl, 'test');
  await migrate(database.url, silentLogger);
  const pool = createPool(databaseProxy ? through(databaseProxy, address) : address, { max });
  const reads = servers && (await openReplica(servers.replicaUrl, pool, {}));
  const metrics = new Metrics({ defaults: false });
  const log = await openLog(nats, { metrics });
  const workspace = new Workspace();
  const settingsHistory = new SettingsHistory();
  await log.workspace.follow((record) => {
    workspace.applyRecord(record);
    settingsHistory.applyRecord(record);
  });
  workspace.isKnown = true;
  const config = {
    production: options.production ?? false,
    role: 'api' as const,
    apiProcesses: 1,
    host: '127.0.0.1',
    port: 0,
    proxyHops: options.proxyHops ?? 0,
    countryHeader: options.countryHeader,
    rateLimitSite: options.rateLimitSite,
    rateLimitAddress: options.rateLimitAddress,
    dataDir: '/nonexistent',
    databaseUrl: database.url,
    natsUrl: nats.url,
    natsMonitorUrl: nats.monitorUrl,
    partitions: undefined,
    projectors: 1,
    databaseReplicaUrl: undefined,
    logReplicas: undefined,
    rebuildShare: 1,
    acceptUnsynced: false,
    open,
    databaseApiUrl: undefined,
    accounts: {
      publicUrl: 'http://localhost',
      secret: 'a secret of a test, of at least 32 characters',
      signUp: 'invited' as const,
      admin: undefined,
      mail: undefined,
      oidc: undefined,
      ...options.accounts,
    },
    verifyEvery: undefined,
    logLevel: 'fatal' as const,
    logFormat: 'json' as const,
  };
  const onGivenUp = (error: Error) => {
    throw error;
  };
  const core = {
    config,
    logger: options.logger ?? silentLogger,
    metrics,
    pool,
    ownerPool: undefined,
    databaseUrl: address,
    reads: reads ?? pool,
    log,
    workspace,
    settingsHistory,
    threads: undefined,
    onGivenUp,
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for(core),
    createFastifyAdapter(config),
    {
      logger: new NestLogger(silentLogger),
      abortOnError: false,
    },
  );
  const actors = app.get(Actors);
  const really = actors.of.bind(actors);
  // Whoever comes with a link is who the product says.
  if (actorOf) {
    actors.of = async (asking) =>
      'test-actor' in asking.headers ? Promise.resolve(actorOf(asking)) : really(asking);
  }
  wallHttp(app.getHttpAdapter().getInstance(), app.get(Actors), DOOR_ADDRESSES);
  configureHttp(app, {
    logger: silentLogger,
    metrics,
    doors: true,
    proxyHops: config.proxyHops,
    countryHeader: options.countryHeader,
  });
  if (!config.open) app.get(AuthDoor, { strict: false }).open(app.getHttpAdapter().getInstance());
  serveOpenApi(app);
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    app,
    log,
    nats,
    metrics,
    workspace,
    databaseUrl: database.url,
    adminUrl: database.adminUrl,
    databaseProxy,
    stored: async () => {
      const partitions = await Promise.all(
        Array.from({ length: log.partitions }, (_, partition) => readAll(log, partition)),
      );
      return partitions.flat().map(({ line }) => {
        const decoded = decodeEvent(line);
        if (!decoded.ok) throw new Error(`the log holds ${decoded.reason}: ${decoded.detail}`);
        return decoded.event;
      });
    },
    stop: async () => {
      await app.close();
      await log.close();
      await reads?.end();
      await pool.end();
      await databaseProxy?.close();
      if (!beside) await nats.stop();
      await database.drop();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly body: Record<string, unknown> | undefined;
}

/** POSTs `body`: a string or bytes go as they are, anything else as JSON. A null type sends none at all. */
export async function post(
  url: string,
  body: unknown,
  options: { type?: string | null; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const type = options.type === undefined ? 'application/json' : options.type;
  const response = await fetch(url, {
    method: 'POST',
    // fetch gives text a type of its own, bytes none.
    body: typeof raw === 'string' ? new TextEncoder().encode(raw) : new Uint8Array(raw),
    headers: { ...(type !== null && { 'content-type': type }), ...options.headers },
  });
  return answerOf(response);
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: Record<string, unknown> | undefined;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}

export const GOOD = {
  siteId: 'shop',
  eventType: 'page_view',
  path: '/pricing',
  timestamp: '2026-01-31T12:00:00Z',
} as const;
