import { spawn } from 'node:child_process';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { GOOD } from '../e2e/support/ingest-app.js';
import { startStack, type Stack } from '../harness/stack.js';

const LIMIT = 20;
const TIMES = 20;
const SECONDS = 8;
/** Below that a machine that does something else says more than the product. */
const FLOOR_MS = 60;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { TIDEMARK_RATE_LIMIT_SITE: String(LIMIT) } });
});
afterAll(() => stack?.stop());

const send = (siteId: string): Promise<number> =>
  fetch(`${stack.url}/api/event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...GOOD, siteId }),
  }).then(async (response) => (await response.text(), response.status));

const question = (): Promise<number> =>
  fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        '{ site(id: "quiet") { totals(range: {from: "2026-01-31", to: "2026-01-31"}) { current { events } } } }',
    }),
  }).then(async (response) => ((await response.text()).includes('"errors"') ? 500 : response.status));

/** p99 in milliseconds of ten a second, each an event and a question, and the statuses. */
async function quiet(): Promise<{ ingest: number; query: number; statuses: Set<number> }> {
  const times: { ingest: number[]; query: number[] } = { ingest: [], query: [] };
  const statuses = new Set<number>();
  for (let i = 0; i < SECONDS * 10; i++) {
    for (const [kind, ask] of [
      ['ingest', () => send('quiet')],
      ['query', question],
    ] as const) {
      const started = performance.now();
      statuses.add(await ask());
      times[kind].push(performance.now() - started);
    }
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  const p99 = (all: number[]) => all.sort((a, b) => a - b)[Math.ceil(all.length * 0.99) - 1] ?? Infinity;
  return { ingest: p99(times.ingest), query: p99(times.query), statuses };
}

/** Sends in a process of its own, so that it is the product alone that both share. Ends with how often each status came. */
function flood(): () => Promise<Record<string, number>> {
  const body = JSON.stringify({ ...GOOD, siteId: 'loud' });
  const program = `
    const http = require('node:http');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
    const seen = {};
    const once = () => {
      const request = http.request(${JSON.stringify(stack.url)} + '/api/event',
        { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
        (response) => { seen[response.statusCode] = (seen[response.statusCode] ?? 0) + 1; response.resume(); });
      request.on('error', () => undefined);
      request.end(${JSON.stringify(body)});
    };
    setInterval(() => { for (let i = 0; i < ${(LIMIT * TIMES) / 40}; i++) once(); }, 25);
    process.on('SIGTERM', () => { console.log(JSON.stringify(seen)); process.exit(); });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data) => (said += String(data)));
  return () =>
    new Promise((resolve) => {
      child.once('close', () => resolve(JSON.parse(said) as Record<string, number>));
      child.kill('SIGTERM');
    });
}

test(
  'S49: a site that sends twenty times what it may slows no other one down',
  { timeout: 180_000 },
  async () => {
    await quiet();
    // The machine may do something else for a while.
    for (let tries = 1; ; tries++) {
      const alone = await quiet();
      const end = flood();
      const beside = await quiet();
      const loud = await end();
      expect(Object.keys(loud).sort()).toEqual(['202', '429']);
      expect(loud['429']).toBeGreaterThan(loud['202'] ?? 0);
      expect(
        [...alone.statuses, ...beside.statuses].every((status) => status === 202 || status === 200),
      ).toBe(true);
      const slower = (kind: 'ingest' | 'query') => beside[kind] > Math.max(2 * alone[kind], FLOOR_MS);
      if (tries < 3 && (slower('ingest') || slower('query'))) continue;
      expect(beside.ingest).toBeLessThan(Math.max(2 * alone.ingest, FLOOR_MS));
      expect(beside.query).toBeLessThan(Math.max(2 * alone.query, FLOOR_MS));
      return;
    }
  },
);
