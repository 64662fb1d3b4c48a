import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median, type Row } from './report.js';

export interface Product {
  readonly url: string;
  /** Seconds from spawning the process to its last line, the address. */
  readonly readyIn: number;
  readonly pid: number;
  residentMiB(): number;
  /** The highest `residentMiB` since the last `forgetPeak`. */
  peakMiB(): number;
  forgetPeak(): void;
  stop(): Promise<void>;
}

const START = fileURLToPath(new URL('../../../scripts/start.mjs', import.meta.url));

/** The README's first command on a folder of its own; nobody has to sign in unless the environment says so. */
export async function startProduct(
  dataDir: string,
  role = 'all',
  environment: Readonly<Record<string, string>> = {},
): Promise<Product> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, [START], {
    env: {
      ...process.env,
      PORT: String(port),
      TIDEMARK_DATA_DIR: dataDir,
      TIDEMARK_LOG_LEVEL: 'warn',
      TIDEMARK_ROLE: role,
      TIDEMARK_OPEN: 'true',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await ready(child);
  const readyIn = (performance.now() - started) / 1000;
  return {
    url,
    readyIn,
    pid: child.pid ?? 0,
    residentMiB: () => statusMiB(child, 'VmRSS'),
    peakMiB: () => statusMiB(child, 'VmHWM'),
    forgetPeak: () => processesOf(child).forEach((pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5')),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Start-up with nothing changed, as a median of three. The last one is left running for the caller to stop. */
export async function restartRow(dataDir: string, keep: (product: Product) => void): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const product = await startProduct(dataDir);
    keep(product);
    times.push(product.readyIn);
    if (round < 2) await product.stop();
  }
  return {
    figure: 'start-up, nothing changed',
    value: median(times),
    unit: 's',
    mark: '< 5 s',
    met: median(times) < 5,
  };
}

/** Of all its processes together, servers apart. */
function statusMiB(child: ChildProcess, field: 'VmRSS' | 'VmHWM'): number {
  const one = (pid: number): number => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  };
  return processesOf(child).reduce((sum, pid) => sum + one(pid), 0);
}

/** It, and those that answer for it where there are several. */
function processesOf({ pid = 0 }: ChildProcess): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const isNode = (of: number): boolean => readlinkSync(`/proc/${of}/exe`) === process.execPath;
  return [pid, ...children.map(Number).filter((of) => of > 0 && isNode(of))];
}

async function ready(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const found = /Tidemark is ready: (\S+)/.exec(line)?.[1];
    if (found !== undefined) {
      child.stdout.resume();
      return found;
    }
  }
  throw new Error('the product ended before it was ready');
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
