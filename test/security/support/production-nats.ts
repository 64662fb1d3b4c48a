import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { startChild, stopChild } from '#embedded/child.js';
import { natsReady } from '#embedded/nats.js';
import { root } from '../../harness/build.js';
import { endWithUs } from '../../harness/end-with-us.js';
import { testPort } from '../../harness/ports.js';

export const PRODUCTION_NATS = 'docs/production/nats-server.conf';

export interface ProductionNats {
  /** With the password of the user. */
  readonly url: (user: 'api' | 'projector') => string;
  readonly port: number;
  readonly monitorUrl: string;
  /** What the server wrote: each refused call is a line. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** The server of a production set-up with its very file; only its addresses and the folder of its store are the test's. */
export async function startProductionNats(): Promise<ProductionNats> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-test-nats-'));
  const [port, monitorPort] = [await testPort(), await testPort()];
  const ours: Record<string, string> = {
    'listen: "0.0.0.0:4222"': `listen: "127.0.0.1:${port}"`,
    'http: "0.0.0.0:8222"': `http: "127.0.0.1:${monitorPort}"`,
    'store_dir: "/data"': `store_dir: ${JSON.stringify(join(folder, 'store'))}`,
    'max_file_store: 100GB': 'max_file_store: 1GB',
  };
  let text = readFileSync(join(root, PRODUCTION_NATS), 'utf8');
  for (const [from, to] of Object.entries(ours)) {
    if (!text.includes(from)) throw new Error(`${PRODUCTION_NATS} has no ${from}`);
    text = text.replace(from, to);
  }
  const configPath = join(folder, 'nats.conf');
  writeFileSync(configPath, text);
  const logPath = join(folder, 'nats.log');
  // Of digits alone, as a generated one may be.
  const passwords = { api: '11223344', projector: '1e55667788' };
  process.env['NATS_API_PASSWORD'] = JSON.stringify(passwords.api);
  process.env['NATS_PROJECTOR_PASSWORD'] = JSON.stringify(passwords.projector);
  const child = startChild(
    { file: inject('natsServerPath'), args: ['-c', configPath] },
    { logPath, cwd: folder, deathSignal: 'TERM' },
  );
  endWithUs(child);
  const monitorUrl = `http://127.0.0.1:${monitorPort}`;
  await natsReady(monitorUrl, child, { path: logPath, from: 0 });
  return {
    url: (user) => `nats://${user}:${passwords[user]}@127.0.0.1:${port}`,
    port,
    monitorUrl,
    log: () => readFileSync(logPath, 'utf8'),
    stop: async () => {
      await stopChild(child, [['SIGTERM', 3_000]]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
