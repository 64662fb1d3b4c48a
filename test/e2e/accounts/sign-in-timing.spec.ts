import { afterAll, beforeAll, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { Browser } from './person.js';

const email = 'ada@example.org';
let app: IngestApp;
beforeAll(async () => {
  const admin = { email, password: 'four words nobody guesses' };
  app = await startIngest({ open: false, proxyHops: 1, accounts: { admin } });
});
afterAll(() => app?.stop());

const TURNS = 200;

test('S18: how long a refusal takes does not say whether there is such a person', async () => {
  const times = { unknown: [] as number[], wrong: [] as number[] };
  const once = async (turn: number, who: 'unknown' | 'wrong') => {
    const address = `2001:db8:${turn}:${who === 'wrong' ? 1 : 2}::1`;
    const browser = new Browser(app, { 'x-forwarded-for': address });
    const from = performance.now();
    const { status } = await browser.auth('sign-in/email', {
      email: who === 'wrong' ? email : `unknown${turn}@example.org`,
      password: 'a wrong one',
    });
    times[who].push(performance.now() - from);
    expect(status).toBe(401);
  };
  for (let turn = 0; turn < TURNS; turn++) await Promise.all([once(turn, 'unknown'), once(turn, 'wrong')]);
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1] ?? 0;
  const [unknown, wrong] = [median(times.unknown), median(times.wrong)];
  expect(Math.abs(unknown - wrong) / wrong, `${unknown} ms and ${wrong} ms`).toBeLessThan(0.1);
});
