import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '#config/startup-error.js';
import { startedAt } from './process-identity.js';
import { readRuntimeFile } from './runtime-file.js';

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
}

export interface DataFolderLock {
  /** Gives the folder free. */
  stop(): Promise<void>;
}

/**
 * Makes the data folder and takes it for this process: two Tidemarks on one folder would damage each other's data.
 * The lock of a process that has died is replaced, also when another process has its id by now.
 * @throws StartupError naming the running process, or saying why the folder cannot be used.
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  makeFolder(dataDir);
  const path = join(dataDir, 'lock');
  const mine: Holder = { pid: process.pid, startedAt: startedAt(process.pid) ?? '' };
  const proposal = join(dataDir, `lock.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(proposal, JSON.stringify(mine), { mode: 0o600 });
  try {
    // A link is made or refused in one step, also with several starts at the same time.
    while (!tryLink(proposal, path)) {
      const found = readText(path);
      const holder = parse(found);
      if (holder && holder.startedAt === startedAt(holder.pid)) throw inUse(dataDir, holder);
      if (found !== undefined) removeStale(path, found);
    }
  } finally {
    rmSync(proposal, { force: true });
  }
  return {
    async stop() {
      if (parse(readText(path))?.pid === process.pid) rmSync(path, { force: true });
    },
  };
}

function makeFolder(dataDir: string): void {
  try {
    const isNew = !existsSync(dataDir);
    mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
    // It holds passwords and, in the log, what visitors did.
    if (isNew) chmodSync(dataDir, 0o700);
    const probe = join(dataDir, `.probe.${process.pid}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOSPC'
        ? 'the disk is full'
        : code === 'EEXIST' || code === 'ENOTDIR'
          ? 'there is a file in its way'
          : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
            ? 'this user may not write there'
            : message;
    throw new StartupError(
      `the data folder ${dataDir} cannot be written: ${why}. Choose another one: TIDEMARK_DATA_DIR=/var/lib/tidemark npm start`,
    );
  }
}

function tryLink(proposal: string, path: string): boolean {
  try {
    linkSync(proposal, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the stale lock away, and puts it back if it turns out to be one that another start has just made. */
function removeStale(path: string, expected: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // Another start was faster.
  }
  if (readText(aside) !== expected) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function inUse(dataDir: string, holder: Holder): StartupError {
  const runtime = readRuntimeFile(dataDir);
  const where = runtime?.pid === holder.pid ? `on ${runtime.url}` : 'and is still starting';
  return new StartupError(
    `Tidemark already runs on the data folder ${dataDir}: process ${holder.pid}, ${where}. ` +
      `Stop it (kill ${holder.pid}), or start this one on another folder and port: TIDEMARK_DATA_DIR=.tidemark-2 PORT=3001 npm start`,
  );
}

function parse(text: string | undefined): Holder | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Holder> | null;
    return typeof value?.pid === 'number' && typeof value.startedAt === 'string'
      ? { pid: value.pid, startedAt: value.startedAt }
      : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
