import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { load } from './load.js';
import { median, type Row } from './report.js';

const CONNECTIONS = 64;
const ROUNDS = 7;
const SECONDS = 4;
const BATCH = 100;

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
export async function singleRow(url: string, role: string): Promise<Row> {
  const bare = await startBare();
  const body = JSON.stringify(event('/pricing'));
  const rounds: { bare: number; single: number; p99: number }[] = [];
  let lone: number;
  try {
    await measure(`${url}/api/event`, body, CONNECTIONS, 2);
    for (let round = 0; round < ROUNDS; round++) {
      const bareLoad = await measure(`${bare.url}/api/event`, body, CONNECTIONS, SECONDS);
      const ours = await measure(`${url}/api/event`, body, CONNECTIONS, SECONDS);
      rounds.push({ bare: bareLoad.requestsPerSecond, single: ours.requestsPerSecond, p99: ours.p99 });
    }
    lone = (await measure(`${url}/api/event`, body, 1, 3)).p50;
  } finally {
    bare.child.kill();
  }
  const p99 = median(rounds.map((round) => round.p99));
  const share = median(rounds.map((round) => round.single / round.bare));
  // The mark is the door's. With role `all` the projector works in the same process meanwhile.
  const marked = role === 'api' ? { mark: '>= 50 %', met: share >= 0.5 } : {};
  return {
    figure: `single-event HTTP, synced before its 202, role ${role}`,
    value: median(rounds.map((round) => round.single)),
    unit: 'req/s',
    baseline: { name: 'bare Fastify POST', value: median(rounds.map((round) => round.bare)) },
    ...marked,
    note: `${CONNECTIONS} connections, p99 ${p99} ms; a lone client's p50 ${lone} ms`,
  };
}

export async function batchRow(url: string): Promise<Row> {
  const events = Array.from({ length: BATCH }, (_, index) => event(`/articles/${index}`));
  const batch = await measure(`${url}/api/events`, JSON.stringify({ events }), 4, SECONDS);
  const value = batch.requestsPerSecond * BATCH;
  return { figure: `batch HTTP, ${BATCH} events a request`, value, unit: 'events/s' };
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
