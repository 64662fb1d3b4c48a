import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { load } from './load.js';
import { untilCounted } from './reading.js';
import { median, type Row } from './report.js';

const CONNECTIONS = 64;
const MANY_CONNECTIONS = 256;
const ROUNDS = 7;
const SECONDS = 4;
const BATCH = 100;
const BATCH_CONNECTIONS = 16;
const BATCH_ROUNDS = 3;
/**
 * Percent of the bare server, by role, with many connections: a store that syncs before it answers shares each sync between the
 * connections that wait for it. With few of them few share it, which the bare server, that stores nothing, does not know.
 */
const MARKS: Readonly<Record<string, number>> = { api: 75, all: 55 };
/** What many users have at their busiest hour, for half a minute. */
const HELD = { rate: 10_000, seconds: 30 };

const event = (path: string): object => ({
  siteId: 'bench',
  eventType: 'page_view',
  path,
  timestamp: new Date().toISOString(),
  visitorId: 'bench-visitor',
  referrer: 'https://example.org/',
});

/**
 * The product's single-event door against a bare Fastify `POST` in its own process, in turn, the same load on both.
 * Every answer must be a 2xx: one other answer fails the run.
 */
export async function singleRows(url: string, role: string): Promise<Row[]> {
  const bare = await startBare();
  const body = JSON.stringify(event('/pricing'));
  const doors = { ours: `${url}/api/event`, bare: `${bare.url}/api/event` };
  try {
    await measure(doors.ours, body, CONNECTIONS, 2);
    return [
      await singleRow(doors, body, role, CONNECTIONS),
      await singleRow(doors, body, role, MANY_CONNECTIONS, MARKS[role]),
      await loneRow(doors, body, role),
    ];
  } finally {
    bare.child.kill();
  }
}

interface Doors {
  readonly ours: string;
  readonly bare: string;
}

/** @param mark percent of the bare server, where there is one to meet */
async function singleRow(
  doors: Doors,
  body: string,
  role: string,
  connections: number,
  mark?: number,
): Promise<Row> {
  const rounds: { bare: number; ours: number; p99: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await measure(doors.bare, body, connections, SECONDS);
    const ours = await measure(doors.ours, body, connections, SECONDS);
    rounds.push({ bare: bare.requestsPerSecond, ours: ours.requestsPerSecond, p99: ours.p99 });
  }
  const share = 100 * median(rounds.map(({ ours, bare }) => ours / bare));
  return {
    figure: `single-event HTTP, synced before its 202, role ${role}, ${connections} connections`,
    value: median(rounds.map(({ ours }) => ours)),
    unit: 'req/s',
    baseline: { name: 'bare Fastify POST', value: median(rounds.map(({ bare }) => bare)) },
    ...(mark !== undefined && { mark: `>= ${mark} %`, met: share >= mark }),
    note: `p99 ${median(rounds.map(({ p99 }) => p99)).toFixed(1)} ms`,
  };
}

/** One call after another for two seconds. */
async function loneRow(doors: Doors, body: string, role: string): Promise<Row> {
  const bare = await measure(doors.bare, body, 1, 2);
  const ours = await measure(doors.ours, body, 1, 2);
  return {
    figure: `a lone client's call, median, role ${role}`,
    value: ours.p50,
    unit: 'ms',
    baseline: { name: 'bare Fastify POST', value: bare.p50 },
    mark: '< 2 ms more',
    met: ours.p50 - bare.p50 < 2,
  };
}

/** A rate that is held; then every event that was answered is in the read models. */
export async function heldRow(url: string): Promise<Row> {
  const siteId = 'held';
  const total = HELD.rate * HELD.seconds;
  const body = JSON.stringify({ ...event('/held'), siteId });
  const held = await load({ url: `${url}/api/event`, body, connections: CONNECTIONS, ...HELD });
  const ended = performance.now();
  if (held.failed === 0) await untilCounted(url, siteId, total);
  const seconds = ((performance.now() - ended) / 1000).toFixed(1);
  return {
    figure: `${HELD.rate.toLocaleString('en')} single calls/s held for ${HELD.seconds} s, p97.5`,
    value: held.p97_5,
    unit: 'ms',
    mark: '< 50 ms, none failed, all counted',
    met: held.p97_5 < 50 && held.failed === 0 && held.total === total,
    note: `${held.requestsPerSecond.toFixed(0)} req/s, p99 ${held.p99.toFixed(1)} ms, ${held.failed} failed, ${held.total.toLocaleString('en')} counted ${seconds} s after`,
  };
}

/** Asked at the end of the load. */
export async function lagRow(url: string): Promise<Row> {
  const started = performance.now();
  let first: number | undefined;
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lags = [...text.matchAll(/^tidemark_projector_lag_messages\S* (\S+)$/gm)].map(([, lag]) =>
      Number(lag),
    );
    if (lags.length === 0) throw new Error('no lag is in the metrics');
    const lag = lags.reduce((sum, each) => sum + each, 0);
    first ??= lag;
    const seconds = (performance.now() - started) / 1000;
    if (lag === 0 || seconds > 60) {
      return {
        figure: 'lag at 0 after the load, role all',
        value: seconds,
        unit: 's',
        mark: '< 10 s',
        met: seconds < 10,
        note: `${first.toLocaleString('en')} messages behind at its end`,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function batchRow(url: string, role: string): Promise<Row> {
  const events = Array.from({ length: BATCH }, (_, index) => event(`/articles/${index}`));
  const body = JSON.stringify({ events });
  const send = (seconds: number) => measure(`${url}/api/events`, body, BATCH_CONNECTIONS, seconds);
  // The code of the batches is compiled while they come.
  await send(2);
  const rounds: number[] = [];
  for (let round = 0; round < BATCH_ROUNDS; round++)
    rounds.push((await send(SECONDS)).requestsPerSecond * BATCH);
  const value = median(rounds);
  const marked = role === 'api' ? { mark: '>= 100,000', met: value >= 100_000 } : {};
  return {
    figure: `batch HTTP, ${BATCH} events a request, role ${role}`,
    value,
    unit: 'events/s',
    ...marked,
  };
}

async function measure(
  url: string,
  body: string,
  connections: number,
  seconds: number,
): ReturnType<typeof load> {
  const result = await load({ url, body, connections, seconds });
  if (result.failed > 0)
    throw new Error(`${result.failed} of ${result.total} requests to ${url} were not answered 2xx`);
  return result;
}

async function startBare(): Promise<{ child: ChildProcess; url: string }> {
  const file = fileURLToPath(new URL('bare-server.js', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return { child, url: `http://127.0.0.1:${port}` };
}
