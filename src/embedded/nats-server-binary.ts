import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#config/machine.js';
import { StartupError } from '#config/startup-error.js';
import type { Logger } from '#telemetry/logger.js';
import { findExecutable } from './executables.js';
import { fromDebian } from './nats-server-from-debian.js';
import { fromRelease } from './nats-server-from-release.js';
import { isAlive } from './process-identity.js';

const run = promisify(execFile);

/** Older servers ignore `sync_interval: always`. */
const OLDEST = [2, 10] as const;

export interface NatsServer {
  readonly path: string;
  readonly version: string;
  /** How it was found, for the log. */
  readonly way: string;
}

/** `way` fills the empty folder with `nats-server` and returns what to call it, or throws an Error that says why it cannot. */
export type Fetch = (folder: string, logger: Logger) => Promise<string>;

/** A nats-server >= 2.10: from PATH, from our cache, else fetched into the cache. */
export async function obtainNatsServer(
  logger: Logger,
  o: { cache?: string; path?: readonly string[]; fetches?: Readonly<Record<string, Fetch>> } = {},
): Promise<NatsServer> {
  const faults: string[] = [];
  const onPath = findExecutable('nats-server', o.path);
  if (onPath !== undefined) {
    const version = await versionOf(onPath);
    if (version !== undefined && isRecent(version)) return { path: onPath, version, way: 'from PATH' };
    faults.push(
      `PATH: ${onPath} is ${version ?? 'not a nats-server that runs here'}, at least 2.10 is needed`,
    );
  } else faults.push('PATH: no nats-server');

  const cache = join(o.cache ?? cacheFolder(), 'nats-server', `${process.platform}-${process.arch}`);
  removeBrokenOff(cache);
  const cached = await newestCached(cache);
  if (cached) return cached;

  const fetches = o.fetches ?? { 'official release': fromRelease, 'Debian or Ubuntu package': fromDebian };
  for (const [name, fetch] of Object.entries(fetches)) {
    const folder = join(cache, `.fetching-${process.pid}-${Math.random().toString(36).slice(2, 8)}`);
    try {
      mkdirSync(folder, { recursive: true });
      logger.info(`Looking for nats-server: ${name}`);
      const source = await fetch(folder, logger);
      return await keep(folder, cache, source);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      logger.info(`nats-server, ${name}: ${why}`);
      faults.push(`${name}: ${why}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new StartupError(
    [
      'No nats-server (2.10 or newer) could be obtained:',
      ...faults.map((fault) => `  - ${fault}`),
      `Do one of these: install nats-server so that it is on PATH (releases: github.com/nats-io/nats-server); put the program at ${join(cache, 'own', 'nats-server')};`,
      'or set NATS_URL to a NATS server of your own with JetStream, e.g. nats://nats.example.org:4222',
    ].join('\n'),
  );
}

/** Moves what was fetched to its place in one step, so that starts at the same time cannot see half of it. */
async function keep(folder: string, cache: string, source: string): Promise<NatsServer> {
  const version = await versionOf(join(folder, 'nats-server'));
  if (version === undefined) throw new Error('what was fetched does not run on this machine');
  if (!isRecent(version)) throw new Error(`it is ${version}, at least 2.10 is needed`);
  const place = join(cache, version);
  try {
    renameSync(folder, place);
  } catch (error) {
    if (!existsSync(join(place, 'nats-server'))) throw error;
  }
  return { path: join(place, 'nats-server'), version, way: `${source}, kept in ${dirname(cache)}` };
}

/** What starts that were killed meanwhile had begun to fetch. */
function removeBrokenOff(cache: string): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const pid = /^\.fetching-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(cache, name), { recursive: true, force: true });
  }
}

async function newestCached(cache: string): Promise<NatsServer | undefined> {
  if (!existsSync(cache)) return undefined;
  const found: NatsServer[] = [];
  for (const folder of readdirSync(cache).filter((name) => !name.startsWith('.'))) {
    const path = join(cache, folder, 'nats-server');
    const version = existsSync(path) ? await versionOf(path) : undefined;
    if (version !== undefined && isRecent(version)) found.push({ path, version, way: 'from the cache' });
  }
  return found.sort((a, b) => compare(parse(b.version), parse(a.version)))[0];
}

/** `2.15.1`; undefined when the program does not run. */
export async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(path, ['--version'], { timeout: 10_000 });
    return /v(\d+\.\d+\.\d+)/.exec(stdout + stderr)?.[1];
  } catch {
    return undefined;
  }
}

function isRecent(version: string): boolean {
  return compare(parse(version), OLDEST) >= 0;
}

function parse(version: string): number[] {
  return version.split('.').map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = [0, 1, 2].find((index) => (a[index] ?? 0) !== (b[index] ?? 0));
  return at === undefined ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
