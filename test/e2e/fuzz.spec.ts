import { afterAll, beforeAll, expect, it } from 'vitest';

import { fuzz } from './support/fuzz/send.js';
import { answerOf, GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { projectAll } from './support/projected.js';

const REQUESTS = 3_000;

let ingest: IngestApp;
beforeAll(async () => {
  ingest = await startIngest();
});
afterAll(() => ingest?.stop());

// A hundred thousand of them, over the product as a process of its own: test/soak/fuzz.spec.ts.
it(`answers ${REQUESTS} hostile requests without a fault of its own, and projects whatever it accepted`, async () => {
  const { statuses, acknowledged } = await fuzz(ingest.url, REQUESTS);
  // A fuzz that reaches one branch alone proves nothing.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 401, 415]));
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect((await answerOf(await fetch(`${ingest.url}/health/live`))).status).toBe(200);
  expect((await post(`${ingest.url}/api/event`, GOOD)).status).toBe(202);
  const events = await ingest.stored();
  const ids = new Set(events.map(({ id }) => id));
  expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(100);
  const { counted, deadLetters } = await projectAll(ingest);
  expect(deadLetters).toEqual([]);
  expect(counted).toBe(new Set(events.map(({ site, id }) => `${site} ${id}`)).size);
});
