import { type Actor, LOCAL } from '#access/actor.js';
import { Actors } from '#access/actors.js';
import { FirstOwner } from '#accounts/first-owner.js';
import { SetUpResolver } from '#accounts/graphql/set-up.js';
import { ViewerResolver } from '#accounts/graphql/viewer.js';
import { UnownedSites } from '#accounts/unowned-sites.js';
import 'reflect-metadata';

import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Pool } from 'pg';

import { graphqlModule } from '#api/graphql.js';
import { wallHttp } from '#api/http-walls.js';
import { ChangeFeed, EventFeed, LogAway, LogEvents, LogHeads, LogPlaces, type LogHead } from '#api/ports.js';
import { apiControllers, apiProviders } from '#api/providers.js';
import { serveWebApp } from '#api/web-app.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { migrate } from '#database/data-source.js';
import { createPool, PG_POOL, READ_POOL } from '#database/pool.js';
import { configureHttp, createFastifyAdapter } from '#ingest/http.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { SettingsHistory } from '#workspace/state/settings-history.js';
import { Workspace } from '#workspace/state/workspace.js';

/** The change feed, driven by the test: `notify` is what the log's notice would do. */
export class HandFeed extends ChangeFeed {
  private readonly listeners = new Map<
    string,
    Set<(notice: { partition: number; sequence: number }) => void>
  >();

  subscribe(siteId: string, listener: (notice: { partition: number; sequence: number }) => void): () => void {
    const listeners = this.listeners.get(siteId) ?? new Set();
    this.listeners.set(siteId, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  subscribeAll(listener: (notice: { partition: number; sequence: number }) => void): () => void {
    return this.subscribe('', listener);
  }

  notify(siteId: string, sequence = 1): void {
    for (const listener of this.listeners.get(siteId) ?? []) listener({ partition: 0, sequence });
  }

  watchers(siteId: string): number {
    return this.listeners.get(siteId)?.size ?? 0;
  }
}

/** There is no log here. */
class NoEvents extends LogEvents {
  override readonly blockLength = 1_000;

  override messageAt(): Promise<never> {
    return Promise.reject(new LogAway());
  }

  override read(): never {
    throw new LogAway();
  }
}

class NoFeed extends EventFeed {
  override follow(): Promise<never> {
    return Promise.reject(new LogAway());
  }
}

class NoPlaces extends LogPlaces {
  override lastStoredBy(): Promise<never> {
    return Promise.reject(new LogAway());
  }
}

class NoSites extends UnownedSites {
  override giveTo(): Promise<void> {
    return Promise.resolve();
  }
}

/** Nobody signs in. */
const OPEN = {
  open: true,
  proxyHops: 0,
  accounts: { publicUrl: 'http://localhost', signUp: 'invited', mail: undefined, oidc: undefined },
};

export interface ApiApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly pool: Pool;
  readonly feed: HandFeed;
  /** What the log says of itself; set it to make the log be away. */
  heads: readonly LogHead[] | Error;
  close(): Promise<void>;
}

/** The API role alone, on a real database and a real port. */
export async function startApi(
  databaseUrl: string,
  options: { production?: boolean; webDir?: string; actor?: Actor } = {},
): Promise<ApiApp> {
  await migrate(databaseUrl, silentLogger);
  const pool = createPool(databaseUrl, { max: 6 });
  const feed = new HandFeed();
  const api: Omit<ApiApp, 'app' | 'url'> = { pool, feed, heads: [], close: () => Promise.resolve() };
  const log: LogHeads = {
    heads: async () => {
      if (api.heads instanceof Error) throw api.heads;
      return api.heads;
    },
  };
  const values = [
    { provide: CONFIG, useValue: { production: options.production ?? false, ...OPEN } },
    { provide: LOGGER, useValue: silentLogger },
    { provide: Actors, useValue: { of: () => Promise.resolve(options.actor ?? LOCAL) } },
    { provide: PG_POOL, useValue: pool },
    { provide: READ_POOL, useValue: pool },
    { provide: Workspace, useValue: new Workspace() },
    { provide: SettingsHistory, useValue: new SettingsHistory() },
  ];

  @Global()
  @Module({ providers: values, exports: values })
  class Shared {}

  @Module({
    imports: [Shared, CqrsModule.forRoot(), graphqlModule()],
    providers: [
      ...apiProviders,
      // What every page asks first.
      SetUpResolver,
      ViewerResolver,
      FirstOwner,
      { provide: UnownedSites, useClass: NoSites },
      { provide: ChangeFeed, useValue: feed },
      { provide: LogHeads, useValue: log },
      { provide: LogEvents, useClass: NoEvents },
      { provide: LogPlaces, useClass: NoPlaces },
      { provide: EventFeed, useClass: NoFeed },
    ],
    controllers: apiControllers,
  })
  class ApiOnly {}

  const app = await NestFactory.create<NestFastifyApplication>(
    ApiOnly,
    createFastifyAdapter({ proxyHops: 0 }),
    {
      logger: ['error', 'fatal'],
      abortOnError: false,
    },
  );
  configureHttp(app, {
    logger: silentLogger,
    metrics: new Metrics({ defaults: false }),
    doors: false,
    proxyHops: 0,
  });
  wallHttp(app.getHttpAdapter().getInstance(), app.get(Actors), new Set());
  if (options.webDir !== undefined) await serveWebApp(app.getHttpAdapter().getInstance(), options.webDir);
  await app.listen(0, '127.0.0.1');
  const close = async (): Promise<void> => {
    await app.close();
    await pool.end();
  };
  return Object.assign(api, { app, url: await app.getUrl(), close });
}
