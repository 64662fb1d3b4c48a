import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createPool } from '#database/pool.js';
import { requestJob } from '#database/jobs.js';
import { projections } from '#projections/index.js';
import type { Projector } from '#projector/projector.js';

import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { startProjector } from './support/ingest-projector.js';

let product: IngestApp;
let projector: Projector;
beforeAll(async () => {
  product = await startIngest();
  projector = await startProjector(product, projections);
});
afterAll(async () => {
  await projector?.stop();
  await product?.stop();
});

const EXCLUDED = '0192f3a4-5b6c-7d8e-9f01-000000000001';
const rules = [
  { id: EXCLUDED, kind: 'exclude_path', pattern: '/admin/**' },
  {
    id: '0192f3a4-5b6c-7d8e-9f01-000000000002',
    kind: 'path_template',
    pattern: '/users/*',
    template: '/users/:id',
  },
];
const paths = ['/', '/users/1', '/admin/x', '/users/2', '/admin', '/users/2'];

test('the events of a figure are those that the rules count in it; what one leaves out names it', async () => {
  const sent: { eventId: string; path: string; receipt: string }[] = [];
  for (const path of paths) {
    const eventId = randomUUID();
    const { body } = await post(`${product.url}/api/event`, { ...GOOD, siteId: 'ruled', eventId, path });
    sent.push({ eventId, path, receipt: body?.['receipt'] as string });
  }
  const asked = async (query: string, variables = {}) => {
    const { data, errors } = await ask(product, query, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const { receipt } = sent.at(-1) ?? { receipt: '' };
  await asked('query ($receipt: String!) @waitFor(receipt: $receipt, seconds: 30) { sites { id } }', {
    receipt,
  });
  const pool = createPool(product.databaseUrl, { max: 1 });
  const id = await requestJob(pool, 'reproject', { site: 'ruled', timeZone: 'UTC', rules, revision: 1 });
  await waitFor(
    async () => (await pool.query(`SELECT FROM job WHERE id = $1 AND state = 'done'`, [id])).rowCount === 1,
    { timeout: 60_000 },
  );
  await pool.end();

  const data = await asked(`{ site(id: "ruled") {
    all: explain(day: "2026-01-31") { nodes { path } }
    users: explain(day: "2026-01-31", path: "/users/:id") { nodes { path } }
    sent: explain(day: "2026-01-31", path: "/users/2") { nodes { path } }
    admin: explain(day: "2026-01-31", path: "/admin/x") { nodes { path } }
    dailyStats(range: { from: "2026-01-31", to: "2026-01-31" }) { events }
    topPaths(range: { from: "2026-01-31", to: "2026-01-31" }) { nodes { path views } } } }`);
  const nodes = (...shown: string[]) => ({ nodes: shown.map((path) => ({ path })) });
  expect(data?.['site']).toEqual({
    all: nodes('/', '/users/1', '/users/2', '/users/2'),
    users: nodes('/users/1', '/users/2', '/users/2'),
    sent: nodes(),
    admin: nodes(),
    dailyStats: [{ events: 4 }],
    topPaths: {
      nodes: [
        { path: '/users/:id', views: 3 },
        { path: '/', views: 1 },
      ],
    },
  });

  for (const { eventId, path, receipt: position } of sent) {
    const status = await asked(
      'query ($id: ID!) { eventStatus(siteId: "ruled", eventId: $id) { state leftOutBy position } }',
      { id: eventId },
    );
    const out = path.startsWith('/admin');
    expect(status?.['eventStatus']).toEqual({
      state: out ? 'LEFT_OUT' : 'COUNTED',
      leftOutBy: out ? EXCLUDED : null,
      position,
    });
  }
});
