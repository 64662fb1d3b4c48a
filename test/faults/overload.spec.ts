import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, type Answer } from '../e2e/support/ingest-app.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';

let folder: string;
let tidemark: TidemarkProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-overload-'));
  tidemark = await TidemarkProcess.start({ dataDir: join(folder, 'data'), port: await testPort() });
});
afterAll(async () => {
  await tidemark?.end('SIGTERM').catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const view = () => ({
  siteId: 'shop',
  eventType: 'page_view',
  path: '/',
  timestamp: '2026-05-17T12:00:00Z',
  eventId: crypto.randomUUID(),
});
const batch = () => JSON.stringify({ events: Array.from({ length: 500 }, view) });
const foreign = JSON.stringify({
  writeKey: 'elsewhere',
  batch: Array.from({ length: 100 }, () => ({ type: 'track', userId: 'u', event: 'x' })),
});

async function views(): Promise<number> {
  const answer = await fetch(`${tidemark.url}/api/stats?siteId=shop&date=2026-05-17`);
  return ((await answer.json()) as { totalViews?: number }).totalViews ?? 0;
}

test('a flood: what is too much is refused in order, what was accepted is there and counts, small calls wait', async () => {
  const bodies = Array.from({ length: 300 }, batch);
  const others: Promise<Answer>[] = [];
  const flood = bodies.map((body, at) => {
    if (at % 3 === 0) others.push(post(`${tidemark.url}/v1/batch`, foreign));
    return post(`${tidemark.url}/api/events`, body);
  });
  const singles = Array.from({ length: 20 }, () => post(`${tidemark.url}/api/event`, view()));
  const answers = await Promise.all(flood);
  const reasons = new Set<unknown>();
  let accepted = singles.length;
  for (const { status, headers, body } of answers) {
    accepted += Number(body?.['stored'] ?? 0);
    if (status === 202) continue;
    expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[123]$/)]);
    expect(headers.get('connection')).not.toBe('close');
    reasons.add(body?.['reason']);
  }
  expect([...reasons]).toContain('busy');
  expect(accepted).toBeGreaterThan(5_000);
  expect(new Set((await Promise.all(singles)).map(({ status }) => status))).toEqual(new Set([202]));
  // A 400, as for what is wrong there, would make these clients drop their events.
  expect(new Set((await Promise.all(others)).map(({ status }) => status))).toEqual(new Set([200, 503]));
  await waitFor(async () => (await views()) >= accepted, { timeout: 90_000 });
  expect(await views()).toBe(accepted);
  expect((await post(`${tidemark.url}/api/events`, bodies[0])).status).toBe(202);
});
