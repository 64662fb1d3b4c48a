import type { Core } from './core.js';
import { replicaLag } from '#database/replica.js';
import type { HealthCheck } from '#telemetry/health.js';
import { oldestUnprojected } from './log-ports.js';

/** Events older than this that are still not in the read models make the process not ready. */
const LAG_BOUND_MS = 60_000;

/** Ready means: the log is writable, the database and its replica answer, no partition is stopped or far behind. */
export function healthChecks({ log, pool, reads }: Pick<Core, 'log' | 'pool' | 'reads'>): HealthCheck[] {
  const database: HealthCheck = {
    name: 'database',
    check: async () => ({ ok: (await pool.query('SELECT 1')).rowCount === 1 }),
  };
  const writable: HealthCheck = {
    name: 'log',
    check: async () => ({ ok: await log.probe(), detail: `durability: ${log.durability}` }),
  };
  const stopped: HealthCheck = {
    name: 'projector',
    check: async () => {
      const { rows } = await pool.query<{ partition: number; stopped_reason: string }>(
        'SELECT partition, stopped_reason FROM partition WHERE stopped_reason IS NOT NULL ORDER BY partition',
      );
      const [first] = rows;
      return first === undefined
        ? { ok: true }
        : { ok: false, detail: `partition ${first.partition} is stopped: ${first.stopped_reason}` };
    },
  };
  const lag: HealthCheck = {
    name: 'lag',
    check: async () => {
      const oldest = await oldestUnprojected(log, pool);
      const late = oldest === undefined ? 0 : Date.now() - oldest;
      return late <= LAG_BOUND_MS
        ? { ok: true }
        : { ok: false, detail: `the oldest unprojected event has waited ${Math.round(late / 1000)} s` };
    },
  };
  const replica: HealthCheck = {
    name: 'replica',
    check: async () => {
      if ((await reads.query('SELECT 1')).rowCount !== 1) return { ok: false };
      const seconds = await replicaLag(reads, pool).catch(() => undefined);
      // Without the primary nothing says how far it is; what it answers is as good as before.
      if (seconds === undefined) return { ok: true, detail: 'lag unknown' };
      return { ok: seconds * 1000 <= LAG_BOUND_MS, detail: `${seconds.toFixed(1)} s behind` };
    },
  };
  return [writable, database, ...(reads === pool ? [] : [replica]), stopped, lag];
}
