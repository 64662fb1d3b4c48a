import { afterAll, beforeAll, expect, it } from 'vitest';

import { GOOD, post, startIngest, type IngestApp } from '../e2e/support/ingest-app.js';

let direct: IngestApp;
let behindOne: IngestApp;
beforeAll(async () => {
  direct = await startIngest({ rateLimitAddress: 2 });
  behindOne = await startIngest({ rateLimitAddress: 2, proxyHops: 1 });
});
afterAll(async () => {
  await direct?.stop();
  await behindOne?.stop();
});

const address = (i: number): string => `198.51.100.${i}`;

/** How many of fifty requests are let in. */
async function letIn(app: IngestApp, headers: (i: number) => Record<string, string>): Promise<number> {
  let count = 0;
  for (let i = 0; i < 50; i++) {
    const { status } = await post(`${app.url}/api/event`, GOOD, { headers: headers(i) });
    if (status === 202) count++;
  }
  return count;
}

it('S48: nobody gets another address by saying so, where there is no proxy', async () => {
  const count = await letIn(direct, (i) => ({
    'x-forwarded-for': address(i),
    'x-real-ip': address(i),
    forwarded: `for=${address(i)}`,
    'cf-connecting-ip': address(i),
    'true-client-ip': address(i),
    'x-client-ip': address(i),
  }));
  expect(count).toBeLessThan(40);
});

it('S48: behind one proxy only what that one wrote counts', async () => {
  const count = await letIn(behindOne, (i) => ({ 'x-forwarded-for': `${address(i)}, 203.0.113.9` }));
  expect(count).toBeLessThan(40);
  const others = await letIn(behindOne, (i) => ({ 'x-forwarded-for': `203.0.113.9, ${address(i)}` }));
  expect(others).toBe(50);
});

it('S48: a forged host or protocol is in no answer', async () => {
  const headers = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '444',
    'x-original-url': '/evil',
    'x-rewrite-url': '/evil',
  };
  for (const app of [direct, behindOne]) {
    for (const path of [
      '/api/docs',
      '/api/docs-json',
      '/nothing',
      '/graphql',
      '/health/ready',
      '/api/stats',
    ]) {
      const response = await fetch(`${app.url}${path}`, { headers, redirect: 'manual' });
      const told = `${await response.text()} ${JSON.stringify([...response.headers])}`;
      expect(told, path).not.toMatch(/evil|:444/);
      expect(response.headers.get('strict-transport-security')).toBeNull();
    }
  }
});
