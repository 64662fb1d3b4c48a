import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LoadOptions {
  readonly url: string;
  /** JSON, of each request. */
  readonly body: string;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** So many requests a second, and `rate * seconds` of them; the wait of one that is late counts from when it was due. */
  readonly rate?: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Requests that were answered. */
  readonly total: number;
  /** Answers that were no 2xx, connections that were lost, requests without an answer. */
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p97_5: number;
  readonly p99: number;
}

const GENERATOR = fileURLToPath(new URL('load-process.js', import.meta.url));

/** Runs the load generator in a process of its own, so that it does not share our event loop. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const child = spawn(process.execPath, [GENERATOR, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let printed = '';
  for await (const chunk of child.stdout) printed += String(chunk);
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error('the load generator failed');
  return JSON.parse(printed) as LoadResult;
}
