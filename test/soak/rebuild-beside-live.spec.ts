import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { compareGenerations } from '#database/compare.js';
import { facing, fedGenerations } from '#database/fed-generations.js';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import { projections } from '#projections/index.js';
import { liveLike, traffic } from '../bench/traffic.js';
import { openProcessLab } from '../faults/support/processes.js';
import { rebuilt } from '../faults/support/rebuilds.js';
import { LiveTraffic, partitionOf, type Lag } from './support/live-lag.js';
import { ProcessorTime } from './support/processor-time.js';

const SHARE = 0.5;
const HISTORY = 300_000;
const PARTITIONS = 4;
const BEFORE_MS = 10_000;

const say = (text: string) => process.stderr.write(`${text}\n`);
const inWords = ({ events, p50, p95, max }: Lag) =>
  `lag p50 ${p50} p95 ${p95} max ${max} ms of ${events} events`;

// Says what it measures; what it asserts holds on any machine: every rebuild ends, with the same rows.
test(
  'rebuilds of everything end beside steady and heavy traffic, with the same rows',
  { timeout: 1_800_000 },
  async () => {
    const { lab, start } = await openProcessLab(PARTITIONS);
    const events = traffic({ ...liveLike, count: 50_000_000, spanMs: 50_000_000 * 30 });
    for (let n = 0; n < HISTORY; n += 20_000) {
      const lines: string[][] = Array.from({ length: PARTITIONS }, () => []);
      for (let i = 0; i < 20_000; i++) {
        const { value: event } = events.next() as IteratorResult<StoredEvent, undefined>;
        if (event) lines[partitionOf(event.site, PARTITIONS)]?.push(encodeEvent(event));
      }
      await Promise.all(lines.map((each, partition) => lab.appendLines(each, partition)));
    }
    const projector = await start({ rebuildShare: SHARE, limits: { leaseMs: 6_000, heartbeatMs: 2_000 } });
    await lab.drained(300_000);

    for (const perSecond of [1_000, 3_000, 8_000]) {
      const live = await LiveTraffic.start(lab.log, lab.database.url, perSecond, events);
      const pid = projector.child.pid ?? 0;
      const calm = new ProcessorTime(lab.pool, pid);
      await new Promise((resolve) => setTimeout(resolve, BEFORE_MS));
      const before = await calm.stop();
      const quiet = live.lag();
      const busy = new ProcessorTime(lab.pool, pid);
      const job = await requestJob(lab.pool, 'rebuild', { swap: true });
      await rebuilt(lab, job, 300_000).finally(() => live.stop());
      const during = await busy.stop();
      const taken = during.build + during.process - before.process;
      say(
        `${perSecond} events/s: ${inWords(quiet)}; rebuild of everything in ${during.seconds.toFixed(1)} s at a share of ` +
          `${SHARE}: ${inWords(live.lag())}; processors taken ${taken.toFixed(2)} of ${availableParallelism()} ` +
          `(PostgreSQL ${during.build.toFixed(2)}; live ${during.live.toFixed(2)}, before ${before.live.toFixed(2)})`,
      );
    }
    for (const { name } of projections) {
      const reader = rowsOf(lab.pool);
      const { served, other } = facing(await fedGenerations(reader, name), name);
      const [a, b] = [served, other].map((each) => ({ ...each, generationId: each.id }));
      if (!a || !b) throw new Error('two generations');
      const { days } = await compareGenerations(reader, a, b);
      expect([name, days.filter((day) => day.differs)]).toEqual([name, []]);
    }
  },
);
