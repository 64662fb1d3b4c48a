import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { exitOf, hasExited, startChild, stopChild } from '#embedded/child.js';
import { natsConfig } from '#embedded/nats-config.js';
import { natsReady } from '#embedded/nats.js';
import { endWithUs } from './end-with-us.js';
import { testPort } from './ports.js';

export interface NatsOptions {
  /** Default true, as in production. */
  readonly syncAlways?: boolean;
  /** Bytes; default 1 GiB. */
  readonly maxFileStore?: number;
  readonly port?: number;
  /** Default `tidemark`. */
  readonly name?: string;
  readonly storeDir?: string;
  /** Path of another nats-server than the one of the run. */
  readonly binary?: string;
  /** Lines at the end of the configuration file. */
  readonly extra?: string;
}

export interface TestNats {
  readonly url: string;
  readonly monitorUrl: string;
  readonly pid: number;
  readonly storeDir: string;
  readonly logPath: string;
  /** Sends the signal and waits until the server is gone (at once for SIGSTOP and SIGCONT). */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the server again on the same port and store, after stopping it when it still runs. */
  restart(): Promise<void>;
  /** Stops the server and removes its store, unless the store was given. */
  stop(): Promise<void>;
}

/** A real nats-server with JetStream on a free port; another one where a program took it before the server did. */
export async function startNats(o: NatsOptions = {}): Promise<TestNats> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(o.port ?? (await testPort()), o);
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('address already in use');
      if (!taken || o.port !== undefined || tries === 3) throw error;
    }
  }
}

async function startOn(port: number, o: NatsOptions): Promise<TestNats> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-test-nats-'));
  const storeDir = o.storeDir ?? join(folder, 'store');
  const logPath = join(folder, 'nats.log');
  const configPath = join(folder, 'nats.conf');
  const monitorPort = await testPort();
  const url = `nats://127.0.0.1:${port}`;
  const monitorUrl = `http://127.0.0.1:${monitorPort}`;
  writeFileSync(
    configPath,
    natsConfig({
      port,
      monitorPort,
      storeDir,
      pidPath: join(folder, 'nats.pid'),
      maxFileStoreBytes: o.maxFileStore ?? 1 << 30,
      syncAlways: o.syncAlways ?? true,
      ...(o.name === undefined ? {} : { name: o.name }),
      ...(o.extra === undefined ? {} : { extra: o.extra }),
    }),
  );

  let child: ChildProcess;
  const start = async () => {
    child = startChild(
      { file: o.binary ?? inject('natsServerPath'), args: ['-c', configPath] },
      { logPath, cwd: folder, deathSignal: 'TERM' },
    );
    const started = child;
    endWithUs(started);
    await natsReady(monitorUrl, started, { path: logPath, from: 0 });
  };
  await start();

  return {
    url,
    monitorUrl,
    get pid() {
      return child.pid ?? -1;
    },
    storeDir,
    logPath,
    async kill(signal) {
      child.kill(signal);
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
      if ((await exitOf(child, 15_000)) === undefined) throw new Error(`nats-server ignored ${signal}`);
    },
    async restart() {
      if (!hasExited(child)) await stopChild(child, [['SIGTERM', 5_000]]);
      await start();
    },
    async stop() {
      await stopChild(child, [['SIGTERM', 3_000]]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
