import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RETRY_DEAD_LETTERS } from '#database/dead-letter-orders.js';
import { fedGenerations } from '#database/fed-generations.js';
import { requestJob } from '#database/jobs.js';
import { createPool } from '#database/pool.js';
import { rowsOf } from '#database/row-reader.js';
import type { EventLog } from '#event-log/event-log.js';
import { projections } from '#projections/index.js';
import { assertionFails } from '../faults/support/processes.js';
import { openLog } from '../harness/event-log.js';
import { testPort } from '../harness/ports.js';
import { TidemarkProcess } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { newRandom, Random } from '../laws/support/random.js';
import { expectBalanced } from './support/accounts.js';
import { courseOf, type Fault, type Step } from './support/course.js';
import { load, sendAgain, type Sent } from './support/load.js';
import { watchMemory } from './support/memory.js';

const MINUTES = Number(process.env.TIDEMARK_SOAK_MINUTES ?? 1.5);
/** Megabytes that no process of the product may ever have in memory. */
const MOST_MEMORY = 500;

const random = newRandom('random faults');
let folder: string;
let main: TidemarkProcess;
let projector: TidemarkProcess;
let log: EventLog;
let pool: Pool;
let options: { dataDir: string; port: number };
let besides: { dataDir: string; port: number; env: Record<string, string> };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-soak-'));
  options = { dataDir: join(folder, 'data'), port: await testPort() };
  main = await TidemarkProcess.start(options);
  const { databaseUrl, natsUrl, natsMonitorUrl = '' } = main.runtime();
  const servers = { DATABASE_URL: databaseUrl, NATS_URL: natsUrl, NATS_MONITOR_URL: natsMonitorUrl };
  const env = { ...servers, TIDEMARK_ROLE: 'projector' };
  besides = { dataDir: join(folder, 'projector'), port: await testPort(), env };
  projector = await TidemarkProcess.start(besides);
  log = await openLog({ url: natsUrl, monitorUrl: natsMonitorUrl });
  pool = createPool(databaseUrl, { max: 2 });
});
afterAll(async () => {
  await log.close();
  await pool.end();
  for (const each of [projector, main]) await each.end('SIGTERM').catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** Views and clicks of some sites on three days; one in twenty under an ID that was sent before, often with other content. */
function traffic(choose: Random): () => Sent {
  const sent: Sent[] = [];
  return () => {
    const event: Sent = {
      siteId: choose.pick(['shop', 'blog', 'docs', 'forum', 'news']),
      eventType: choose.pick(['page_view', 'page_view', 'click']),
      path: `/${choose.below(choose.pick([3, 50, 1_000]))}`,
      timestamp: new Date(Date.UTC(2026, 4, 16) + choose.below(3 * 86_400_000)).toISOString(),
      visitorId: `visitor ${choose.below(2_000)}`,
      eventId: choose.uuid(),
    };
    const before = sent.length > 0 && choose.chance(0.05) ? choose.pick(sent) : undefined;
    sent[sent.length < 5_000 ? sent.length : choose.below(5_000)] = event;
    if (!before) return event;
    return choose.chance(0.5) ? before : { ...event, siteId: before.siteId, eventId: before.eventId };
  };
}

async function serverKilled(server: 'nats' | 'postgres'): Promise<void> {
  const before = main.servers()[server];
  process.kill(before, 'SIGKILL');
  await waitFor(() => main.servers()[server] !== before, {
    timeout: 60_000,
    message: () => main.output.slice(-5_000),
  });
}

/** Odd while the database is being killed. It may forget its last moments then, which are taken from the log again. */
let database = 0;
async function killingDatabase(kill: () => Promise<void>): Promise<void> {
  database++;
  await kill();
  database++;
}

/** The job's row, once the database takes it. */
const order = (kind: string, what: Record<string, unknown> = {}) =>
  waitFor(() => requestJob(pool, kind, what), { timeout: 60_000, message: `a database for ${kind}` });

/** Unless one of the kind waits already: however slow the machine is, the last ones end soon after the course. */
const orderLong = async (kind: string, what?: Record<string, unknown>) => {
  const waiting = () => pool.query(`SELECT FROM job WHERE state = 'queued' AND kind = $1`, [kind]);
  const { rowCount } = await waitFor(waiting, { timeout: 60_000, message: `a database for ${kind}` });
  if (rowCount === 0) await order(kind, what);
};

/** A read model that has such a generation beside the served one, and level with it; undefined where there is none for a while. */
const having = (status: 'building' | 'kept') =>
  waitFor(
    async () => {
      for (const { name } of projections) {
        const fed = await fedGenerations(rowsOf(pool), name);
        if (fed.some((each) => each.status === status && each.behind === 0)) return name;
      }
      return undefined;
    },
    { timeout: 15_000 },
  ).catch(() => undefined);

const faults: Record<Fault, (projection: string) => Promise<unknown>> = {
  'kill the projector': async () => {
    await projector.end('SIGKILL');
    projector = await TidemarkProcess.start(besides);
  },
  'freeze the projector': async () => {
    projector.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    projector.child.kill('SIGCONT');
  },
  'kill everything': () =>
    killingDatabase(async () => {
      await main.end('SIGKILL');
      main = await TidemarkProcess.start(options);
    }),
  'kill the log server': () => serverKilled('nats'),
  'kill PostgreSQL': () => killingDatabase(() => serverKilled('postgres')),
  rebuild: (projection) => orderLong('rebuild', { projection, swap: false }),
  'rebuild from zero': () => orderLong('rebuild_from_zero'),
  swap: async (any) => order('swap', { projection: (await having('building')) ?? any }),
  'roll back': async (any) => order('rollback', { projection: (await having('kept')) ?? any }),
  verify: () => orderLong('verify'),
  'retry dead letters': () => order(RETRY_DEAD_LETTERS),
};

/** Why an order may come to nothing among others. */
const refused =
  /no new generation|no kept generation|behind the served one|was retired|is not served yet|is served now, not|again and again/;

/** Asks for a day's views again and again. @returns where they went down, which they never may while the database lives */
function reader(): () => Promise<string[]> {
  const falls: string[] = [];
  let going = true;
  let last = { views: 0, database };
  const asking = (async () => {
    while (going) {
      const views = await fetch(`${main.url}/api/stats?siteId=shop&date=2026-05-17`, {
        signal: AbortSignal.timeout(10_000),
      })
        .then(async (answer) => ((await answer.json()) as { totalViews?: number }).totalViews)
        .catch(() => undefined);
      const same = database === last.database && database % 2 === 0;
      if (views !== undefined && views < last.views && same) falls.push(`${views} after ${last.views}`);
      if (views !== undefined) last = { views, database };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return async () => {
    going = false;
    await asking;
    return falls;
  };
}

async function jobsEnded(): Promise<void> {
  const jobs = () =>
    pool.query<{ kind: string; state: string; error: string | null }>(
      'SELECT kind, state, error FROM job ORDER BY id',
    );
  await waitFor(
    async () => (await jobs()).rows.every(({ state }) => state === 'done' || state === 'failed'),
    {
      timeout: 180_000,
      message: 'all jobs to end',
    },
  );
  const { rows } = await jobs();
  expect(rows.filter(({ error }) => error !== null && !refused.test(error))).toEqual([]);
  const { rows: drift } = await pool.query(`SELECT * FROM verification WHERE outcome <> 'clean'`);
  expect(drift).toEqual([]);
  const done = rows.filter(({ state }) => state === 'done').map(({ kind }) => kind);
  console.info(`jobs done: ${done.length} of ${rows.length} (${[...new Set(done)].join(', ')})`);
}

async function drained(): Promise<void> {
  for (let partition = 0; partition < log.partitions; partition++) {
    const { sequence } = await log.head(partition);
    await waitFor(
      async () => {
        const { rows } = await pool.query<{ sequence: number }>(
          'SELECT sequence FROM partition WHERE partition = $1',
          [partition],
        );
        return (rows[0]?.sequence ?? 0) >= sequence;
      },
      {
        timeout: 120_000,
        message: () => `partition ${partition} at ${sequence}:\n${main.output.slice(-5_000)}`,
      },
    );
  }
}

test(
  'F42 random faults under steady load: all is accounted for at the end, and no figure is wrong',
  async () => {
    const until = Date.now() + MINUTES * 60_000;
    const running = load(() => main, traffic(new Random(random.seed + 1)));
    const memory = watchMemory(() => ({ main: main.pid, projector: projector.pid }));
    const bad = setInterval(() => void log.append(0, 'no event').catch(() => undefined), 2_000);
    const played: Step[] = [];
    const stopReading = reader();
    try {
      for (const step of courseOf(random)) {
        if (Date.now() + step.after > until) break;
        await new Promise((resolve) => setTimeout(resolve, step.after));
        played.push(step);
        console.info(`${((until - Date.now()) / 1000).toFixed(0)} s left: ${step.fault}`);
        await faults[step.fault](projections[step.pick % projections.length]?.name ?? '');
      }
      await running.more(50);
    } finally {
      clearInterval(bad);
    }
    const unknown = await running.stop();
    const answers = [...running.statuses].map(([status, n]) => `${status ?? 'no answer'}: ${n}`).join(', ');
    await sendAgain(() => main, unknown);
    await jobsEnded();
    expect(await stopReading()).toEqual([]);
    await drained();
    const accounts = await expectBalanced(log, pool, running.acknowledged);
    await order('verify');
    await jobsEnded();
    const most = memory.stop();
    console.info(
      `${played.length} faults; answers ${answers}; ${JSON.stringify(accounts)}; most memory, MB: ${JSON.stringify(most)}`,
    );
    expect(accounts.duplicates).toBeGreaterThan(0);
    expect(accounts.deadLetters).toBeGreaterThan(0);
    for (const megabytes of Object.values(most)) expect(megabytes).toBeLessThan(MOST_MEMORY);
    for (const each of [main, projector]) expect(each.child.exitCode).toBeNull();

    // Control: the same look sees one event too many.
    const [{ number = 0 } = {}] = (
      await pool.query<{ number: number }>(
        `SELECT g.number FROM served_generation s JOIN generation g ON g.id = s.generation_id
         WHERE s.projection = 'daily_aggregates'`,
      )
    ).rows;
    const table = `daily_aggregates_g${number}`;
    await pool.query(
      `UPDATE ${table} SET events = events + 1 WHERE ctid = (SELECT ctid FROM ${table} LIMIT 1)`,
    );
    await expect(expectBalanced(log, pool, running.acknowledged)).rejects.toMatchObject(assertionFails);
  },
  (MINUTES + 10) * 60_000,
);
