import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './ports.js';

type Values<T> = Readonly<Record<string, T>>;

/** Ports by server name: those of the last start while they are still free, so that addresses and clients stay valid. */
export async function rememberedPorts<K extends string>(
  dataDir: string,
  names: readonly K[],
): Promise<Record<K, number>> {
  const path = join(dataDir, 'ports.json');
  const before = read<number>(path);
  const ports: Record<string, number> = {};
  for (const name of names) {
    do ports[name] = await freePort(ports[name] === undefined ? before[name] : undefined);
    while (Object.entries(ports).some(([other, port]) => other !== name && port === ports[name]));
  }
  write(path, { ...before, ...ports });
  return ports;
}

/** Passwords by server name, made once: any user of the machine can reach a loopback port. */
export function rememberedPasswords<K extends string>(
  dataDir: string,
  names: readonly K[],
): Record<K, string> {
  const path = join(dataDir, 'passwords.json');
  const before = read<string>(path);
  const made = names
    .filter((name) => typeof before[name] !== 'string')
    .map((name) => [name, randomBytes(24).toString('base64url')]);
  const all = { ...before, ...Object.fromEntries(made) } as Record<string, string>;
  if (made.length > 0) write(path, all);
  return all;
}

function read<T>(path: string): Values<T> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Values<T>;
  } catch {
    return {};
  }
}

function write(path: string, values: Values<unknown>): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(values, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
