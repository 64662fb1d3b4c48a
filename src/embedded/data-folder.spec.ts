import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartupError } from '#config/startup-error.js';
import { lockDataFolder } from './data-folder.js';
import { startedAt } from './process-identity.js';
import { readRuntimeFile, removeRuntimeFile, writeRuntimeFile } from './runtime-file.js';

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-test-lock-'));
  dataDir = join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const facts = {
  version: '0.1.0',
  role: 'all',
  url: 'http://127.0.0.1:3000',
  databaseUrl: 'postgres://u:p@127.0.0.1/d',
  natsUrl: 'nats://127.0.0.1:4222',
};

test('is made for its owner alone, and free again after stop', async () => {
  const lock = lockDataFolder(dataDir);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(() => lockDataFolder(dataDir)).toThrow(StartupError);
  expect(() => lockDataFolder(dataDir)).toThrow(`process ${process.pid}, and is still starting`);
  await writeRuntimeFile(dataDir, facts);
  expect(() => lockDataFolder(dataDir)).toThrow(`process ${process.pid}, on http://127.0.0.1:3000`);
  await lock.stop();
  await lockDataFolder(dataDir).stop();
  expect(readdirSync(dataDir).sort()).toEqual(['logs', 'runtime.json']);
});

test('the lock of a dead process, of a dead process whose id is used again, and a damaged one are replaced', async () => {
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  await lockDataFolder(dataDir).stop();
  for (const text of [
    JSON.stringify({ pid: child.pid, startedAt: 'x' }),
    JSON.stringify({ pid: process.pid, startedAt: 'before' }),
    '{"pid": 12',
    '',
  ]) {
    writeFileSync(join(dataDir, 'lock'), text);
    await lockDataFolder(dataDir).stop();
  }
});

test('only the process that holds it can give it free', async () => {
  const lock = lockDataFolder(dataDir);
  const other = JSON.stringify({ pid: process.ppid, startedAt: startedAt(process.ppid) });
  writeFileSync(join(dataDir, 'lock'), other);
  await lock.stop();
  expect(existsSync(join(dataDir, 'lock'))).toBe(true);
  expect(() => lockDataFolder(dataDir)).toThrow(`process ${process.ppid}`);
});

test('runtime.json is removed by its writer alone', async () => {
  lockDataFolder(dataDir);
  await writeRuntimeFile(dataDir, facts);
  expect(readRuntimeFile(dataDir)).toMatchObject({ ...facts, pid: process.pid });
  expect(statSync(join(dataDir, 'runtime.json')).mode & 0o777).toBe(0o600);
  const foreign = JSON.stringify({ ...facts, pid: 1 });
  writeFileSync(join(dataDir, 'runtime.json'), foreign);
  await removeRuntimeFile(dataDir);
  expect(readRuntimeFile(dataDir)?.pid).toBe(1);
});
