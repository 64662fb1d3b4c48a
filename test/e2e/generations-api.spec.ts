import { createClient } from 'graphql-ws';
import { afterEach, expect, test } from 'vitest';
import { projections } from '#projections/index.js';
import WebSocket from 'ws';
import { waitFor } from '../harness/wait-for.js';
import { startApi, type ApiApp } from './support/api-app.js';
import { ask } from './support/ask.js';
import { Lab, labEvent } from './support/projector-lab.js';

let lab: Lab;
let api: ApiApp;
afterEach(async () => {
  await api.close();
  await lab.close();
});

async function start(): Promise<void> {
  lab = await Lab.open(1);
  await lab.started({ projections, limits: { batchEvents: 100 } });
  api = await startApi(lab.database.url);
}

const eventsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => labEvent('site-a', from + i));

interface Figures {
  readonly events: number;
  readonly pageViews: number;
}

const QUERY = `{ site(id: "site-a") {
  totals(range: { from: "2026-03-01", to: "2026-03-03" }) { current { events pageViews } }
  dailyStats(range: { from: "2026-03-01", to: "2026-03-03" }) { events pageViews }
  hourlyStats(range: { from: "2026-03-01", to: "2026-03-03" }) { events }
  topPaths(range: { from: "2026-03-01", to: "2026-03-03" }) { totalViews } } }`;

/** The totals, after looking that everything in the answer agrees with them. */
async function poll(): Promise<Figures> {
  const { data, errors } = await ask(api, QUERY);
  expect(errors).toBeUndefined();
  const site = data?.['site'] as {
    totals: { current: Figures };
    dailyStats: Figures[];
    hourlyStats: { events: number }[];
    topPaths: { totalViews: number };
  };
  const { events, pageViews } = site.totals.current;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  expect({
    events: sum(site.dailyStats.map((each) => each.events)),
    pageViews: sum(site.dailyStats.map((each) => each.pageViews)),
    hourly: sum(site.hourlyStats.map((each) => each.events)),
    paths: site.topPaths.totalViews,
  }).toEqual({ events, pageViews, hourly: events, paths: pageViews });
  return { events, pageViews };
}

async function order(field: string): Promise<number> {
  const { data, errors } = await ask(api, `mutation { order: ${field} { id state } }`);
  expect(errors).toBeUndefined();
  return (data?.['order'] as { id: number }).id;
}

async function carriedOut(field: string): Promise<void> {
  const id = await order(field);
  await waitFor(
    async () => {
      const { data } = await ask(api, `{ job(id: ${id}) { state error } }`);
      const { state, error } = data?.['job'] as { state: string; error: string | null };
      expect(error).toBeNull();
      return state === 'done';
    },
    { timeout: 60_000, message: field },
  );
}

const served = async (name: string) => {
  const { data } = await ask(api, '{ projections { name generation status } }');
  const all = data?.['projections'] as { name: string; generation: number; status: string }[];
  return all.find((each) => each.name === name && each.status === 'served')?.generation;
};

test('1,000 polls during rebuild, swap and rollback see every figure agree and none go down', async () => {
  await start();
  await lab.append(eventsOf(0, 500));
  await lab.drained();
  let going = true;
  const streaming = (async () => {
    let n = 500;
    for (; going; n += 10) await lab.append(eventsOf(n, n + 10));
    return n;
  })();
  let polls = 0;
  let finished = false;
  const polling = async () => {
    let last: Figures = { events: 500, pageViews: 1 };
    while (!finished || polls < 1_000) {
      const next = await poll();
      polls++;
      expect(next.events).toBeGreaterThanOrEqual(last.events);
      expect(next.pageViews).toBeGreaterThanOrEqual(last.pageViews);
      last = next;
    }
  };
  const pollers = [polling(), polling()];
  const switching = async () => {
    for (const name of ['daily_aggregates', 'top_paths', 'hourly_series']) {
      await carriedOut(`rebuildProjection(name: "${name}")`);
      await carriedOut(`swapProjection(name: "${name}")`);
      expect(await served(name)).toBe(2);
      await carriedOut(`rollbackProjection(name: "${name}")`);
      expect(await served(name)).toBe(1);
      await carriedOut(`swapProjection(name: "${name}", generation: 2, served: 1)`);
    }
    await carriedOut('rebuildProjection(name: "daily_aggregates", swap: true)');
    expect(await served('daily_aggregates')).toBe(3);
  };
  await Promise.all([...pollers, switching().finally(() => (finished = true))]);
  going = false;
  const total = await streaming;
  await lab.drained();
  expect((await poll()).events).toBe(total);
  expect(polls).toBeGreaterThanOrEqual(1_000);
});

test('a job and the projections are pushed, compared and ordered; what cannot be is refused', async () => {
  await start();
  await lab.append(eventsOf(0, 300));
  await lab.drained();
  const client = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const pushes: Record<string, unknown>[] = [];
  const watch = (query: string) =>
    client.subscribe<Record<string, unknown>>(
      { query },
      { next: ({ data }) => data && pushes.push(data), error: () => undefined, complete: () => undefined },
    );
  watch('subscription { projectionsChanged { name generation status partitions { lag rate } } }');
  const id = await order('rebuildProjection(name: "top_paths")');
  watch('subscription { jobsChanged(first: 5) { title state } }');
  watch(`subscription { jobChanged(id: ${id}) { state progress rate secondsLeft projection } }`);
  await waitFor(() =>
    pushes.some((push) => {
      const job = push['jobChanged'] as { state: string; progress: number; projection: string } | undefined;
      return job?.state === 'done' && job.progress === 1 && job.projection === 'top_paths';
    }),
  );
  const isBuilding = (push: Record<string, unknown>) =>
    JSON.stringify(push).includes('"name":"top_paths","generation":2,"status":"building"');
  await waitFor(() => pushes.some(isBuilding));
  const done = { title: 'Rebuild top_paths', state: 'done' };
  await waitFor(() => pushes.some((push) => JSON.stringify(push['jobsChanged']) === JSON.stringify([done])));
  await client.dispose();

  const compare = async (more = '') => {
    const { data, errors } = await ask(
      api,
      `{ projectionComparison(name: "top_paths"${more}) { served candidate behind differences unlike
         days { day measure served candidate differs } examples { site key served candidate } } }`,
    );
    expect(errors).toBeUndefined();
    return data?.['projectionComparison'];
  };
  expect(await compare()).toMatchObject({ served: 1, candidate: 2, behind: 0, differences: 0, unlike: [] });
  await lab.query(`UPDATE top_paths_g2 SET views = views + 1 WHERE day = '2026-03-02' AND path = '/page/1'`);
  expect(await compare(', onlyDifferences: true')).toMatchObject({
    differences: 1,
    days: [{ day: '2026-03-02', measure: 'views', differs: true }],
    examples: [{ site: 'site-a', key: '{"day":"2026-03-02","path":"/page/1"}' }],
  });
  expect(await compare(', range: { from: "2026-03-03", to: "2026-03-03" }')).toMatchObject({
    differences: 0,
  });

  const refusal = async (field: string) => {
    const { errors } = await ask(api, `mutation { ${field} { id } }`);
    return [errors?.[0]?.extensions['code'], errors?.[0]?.message];
  };
  expect(await refusal('swapProjection(name: "x")')).toEqual([
    'BAD_USER_INPUT',
    expect.stringMatching(/^name must be one of daily_aggregates, /),
  ]);
  expect(await refusal('rollbackProjection(name: "top_paths")')).toEqual([
    'BAD_USER_INPUT',
    'top_paths has no kept generation to go back to',
  ]);
  expect(await refusal('retireProjection(name: "top_paths", generation: 1)')).toEqual([
    'BAD_USER_INPUT',
    expect.stringMatching(/generation 1 of top_paths is served/),
  ]);
  await carriedOut('retireProjection(name: "top_paths", generation: 2)');

  const { data } = await ask(
    api,
    '{ jobs(first: 1) { title state projection } projections { partitions { held } } }',
  );
  const title = 'Retire generation 2 of top_paths';
  expect(data?.['jobs']).toEqual([{ title, state: 'done', projection: 'top_paths' }]);
  expect(JSON.stringify(data?.['projections'])).not.toContain('false');
  const { errors } = await ask(api, '{ jobs(first: 101) { id } }');
  expect(errors?.[0]?.message).toBe('first must be 1 to 100');
});
