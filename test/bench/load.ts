import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly total: number;
  readonly failed: number;
  readonly p50: number;
  readonly p97_5: number;
  readonly p99: number;
}

interface AutocannonResult {
  readonly requests: { readonly average: number; readonly total: number };
  readonly latency: { readonly p50: number; readonly p97_5: number; readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
  readonly timeouts: number;
}

const autocannon = createRequire(import.meta.url).resolve('autocannon');

/** Runs the load generator in a process of its own, so that it does not share our event loop. */
export async function load(options: {
  url: string;
  body: string;
  connections: number;
  seconds: number;
  /** So many requests a second, and no more than `seconds` of them; the wait of one that is late counts from when it was due. */
  rate?: number;
}): Promise<LoadResult> {
  const child = spawn(
    process.execPath,
    [
      autocannon,
      '--json',
      '--no-progress',
      '-m',
      'POST',
      '-H',
      'content-type=application/json',
      '-c',
      String(options.connections),
      ...(options.rate === undefined
        ? ['-d', String(options.seconds)]
        : ['-R', String(options.rate), '-a', String(options.rate * options.seconds)]),
      '-b',
      options.body,
      options.url,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let printed = '';
  for await (const chunk of child.stdout) printed += String(chunk);
  const result = JSON.parse(printed) as AutocannonResult;
  return {
    requestsPerSecond: result.requests.average,
    total: result.requests.total,
    failed: result.non2xx + result.errors + result.timeouts,
    p50: result.latency.p50,
    p97_5: result.latency.p97_5,
    p99: result.latency.p99,
  };
}
