import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running Tidemark tells other processes about itself, such as the command line. Addresses hold passwords. */
export interface RuntimeFile {
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly version: string;
  readonly role: string;
  readonly url: string;
  readonly databaseUrl: string;
  readonly databaseReplicaUrl?: string | undefined;
  readonly natsUrl: string;
  readonly natsMonitorUrl?: string | undefined;
}

/** Writes `runtime.json`, readable by its owner alone, in one step: nobody sees half of it. */
export async function writeRuntimeFile(
  dataDir: string,
  facts: Omit<RuntimeFile, 'pid' | 'startedAt'>,
): Promise<void> {
  const all: RuntimeFile = { pid: process.pid, startedAt: new Date().toISOString(), ...facts };
  const half = `${pathIn(dataDir)}.${process.pid}`;
  writeFileSync(half, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, pathIn(dataDir));
}

/** Undefined when there is none. One left by a killed process is returned too: look at its pid. */
export function readRuntimeFile(dataDir: string): RuntimeFile | undefined {
  try {
    return JSON.parse(readFileSync(pathIn(dataDir), 'utf8')) as RuntimeFile;
  } catch {
    return undefined;
  }
}

/** Removes our own file, and leaves that of another process alone. */
export async function removeRuntimeFile(dataDir: string): Promise<void> {
  if (readRuntimeFile(dataDir)?.pid === process.pid) rmSync(pathIn(dataDir), { force: true });
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'runtime.json');
}
