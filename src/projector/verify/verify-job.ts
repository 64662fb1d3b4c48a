import type { JobProgress } from '#database/job-progress.js';
import type { Job } from '#database/jobs.js';
import type { Finding, Verification } from '#database/verification.js';
import type { Engine } from '../engine.js';
import type { LongJob, LongWork } from '../job-kind.js';
import { pause } from '../session.js';
import { Unsettled } from './compare.js';
import { PartitionVerification, type PartitionOrder, type VerifiedPartition } from './partition.js';
import { Scratch } from './scratch.js';

/** What an operator may narrow a verification to. */
interface VerifyOrder {
  readonly site?: string;
  readonly from?: string;
  readonly to?: string;
}

type Outcome = Omit<Verification, 'id' | 'startedAt' | 'finishedAt'>;

/** Findings kept with the result; rows of results that are kept. */
const MOST_FINDINGS = 1_000;
const KEPT = 100;
const ATTEMPTS = 5;
const REPORT_MS = 1_000;

/** Computes ledger, duplicates and read models anew, from the log alone, and compares. Nothing that is served is touched. */
export const verifyJob: LongJob = {
  kind: 'verify',
  async run(engine, job, work) {
    const scratch = await Scratch.open(engine, job.id);
    try {
      const outcome = await verify(engine, scratch, job, work);
      await save(engine, job.id, job.startedAt ?? new Date(), outcome);
      engine.metrics.verifications.inc({ result: outcome.outcome });
      const { driftRows, findingsTotal, events } = outcome;
      const told = { job: job.id, events, driftRows, findings: findingsTotal };
      if (outcome.outcome === 'clean') engine.logger.info(told, 'verified: what is recorded equals the log');
      else
        engine.logger.error(
          { ...told, first: outcome.findings[0] },
          'verified: what is recorded differs from the log',
        );
      return {
        eventsDone: events,
        eventsTotal: events,
        secondsLeft: 0,
        result: { outcome: outcome.outcome, driftRows },
      };
    } catch (error) {
      throw scratch.explain(error);
    } finally {
      await scratch.close();
    }
  },
};

async function verify(engine: Engine, scratch: Scratch, job: Job, work: LongWork): Promise<Outcome> {
  const order = job.arguments as VerifyOrder;
  const site = order.site === undefined ? undefined : await findSite(engine, order.site);
  const { partitions, total } = await partitionsOf(engine, site?.partition);
  const onEvents = reporter(work, total);
  const verified: VerifiedPartition[] = [];
  for (const partition of partitions) {
    const days = { from: order.from, to: order.to };
    verified.push(await settled(engine, scratch, { partition, site, days, signal: work.signal, onEvents }));
  }
  const sum = (pick: (each: VerifiedPartition) => number) =>
    verified.reduce((all, each) => all + pick(each), 0);
  const findings: Finding[] = verified.flatMap((each) => each.findings.list());
  const findingsTotal = sum((each) => each.findings.total);
  return {
    outcome: findingsTotal === 0 ? 'clean' : 'drift',
    site: order.site ?? null,
    from: order.from ?? null,
    to: order.to ?? null,
    positions: verified.map(({ sequence }, i) => ({ partition: partitions[i] ?? 0, sequence })),
    events: sum((each) => each.events),
    duplicates: sum((each) => each.duplicates),
    driftRows: sum((each) => each.findings.driftRows),
    findingsTotal,
    findings: findings.slice(0, MOST_FINDINGS),
  };
}

/** Retried dead letters, changed sites and new versions make it begin again. */
async function settled(engine: Engine, scratch: Scratch, order: PartitionOrder): Promise<VerifiedPartition> {
  for (let attempt = 1; ; attempt++) {
    try {
      const verified = await new PartitionVerification(engine, scratch, order).run();
      if (!verified.narrowed || verified.findings.total === 0) return verified;
      // The index that led to what was read may be what is wrong.
      return await new PartitionVerification(engine, scratch, { ...order, whole: true }).run();
    } catch (error) {
      if (!(error instanceof Unsettled)) throw error;
      if (attempt === ATTEMPTS)
        throw new Error(`${error.message} again and again; verify once that is done`, { cause: error });
      engine.logger.info({ partition: order.partition, detail: error.message }, 'verifying begins again');
      await pause(1_000, order.signal);
    }
  }
}

async function findSite(
  { pool }: Engine,
  name: string,
): Promise<{ id: number; name: string; partition: number }> {
  const { rows } = await pool.query<{ id: number; name: string; partition: number }>(
    'SELECT id, name, partition FROM site WHERE name = $1',
    [name],
  );
  const [site] = rows;
  if (!site) throw new Error(`there is no site "${name}" with events`);
  return site;
}

async function partitionsOf(
  { pool }: Engine,
  only: number | undefined,
): Promise<{ partitions: number[]; total: number }> {
  const { rows } = await pool.query<{ partition: number; events: number }>(
    'SELECT partition, events + duplicates AS events FROM partition WHERE $1::int IS NULL OR partition = $1 ORDER BY 1',
    [only ?? null],
  );
  return {
    partitions: rows.map((row) => row.partition),
    total: rows.reduce((sum, row) => sum + row.events, 0),
  };
}

/** Tells how far it is, once a second. */
function reporter(work: LongWork, total: number): (events: number) => Promise<void> {
  const started = Date.now();
  let done = 0;
  let told = 0;
  return async (events) => {
    done += events;
    work.signal.throwIfAborted();
    if (Date.now() - told < REPORT_MS) return;
    told = Date.now();
    const rate = Math.round(done / Math.max(0.001, (told - started) / 1000));
    const eventsTotal = Math.max(total, done);
    const secondsLeft = rate > 0 ? Math.ceil((eventsTotal - done) / rate) : null;
    await work.report({ eventsDone: done, eventsTotal, rate, secondsLeft } satisfies JobProgress);
  };
}

async function save({ pool }: Engine, id: number, startedAt: Date, outcome: Outcome): Promise<void> {
  await pool.query(
    `INSERT INTO verification (id, started_at, outcome, site, from_day, to_day, positions, events, duplicates, drift_rows,
       findings_total, findings)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
    [
      id,
      startedAt,
      outcome.outcome,
      outcome.site,
      outcome.from,
      outcome.to,
      JSON.stringify(outcome.positions),
      outcome.events,
      outcome.duplicates,
      outcome.driftRows,
      outcome.findingsTotal,
      JSON.stringify(outcome.findings),
    ],
  );
  await pool.query(
    'DELETE FROM verification WHERE id NOT IN (SELECT id FROM verification ORDER BY id DESC LIMIT $1)',
    [KEPT],
  );
}
