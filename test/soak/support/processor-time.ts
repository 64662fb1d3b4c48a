import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';

/** As Linux counts: a hundred a second. */
const TICKS = 100;

/** Seconds of processor time that a process has taken; undefined where it is gone, or on another system than Linux. */
function secondsOf(pid: number): number | undefined {
  try {
    const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(after[11]) + Number(after[12])) / TICKS;
  } catch {
    return undefined;
  }
}

/** What one process and its connections to PostgreSQL take of the processors, by kind of connection. */
export class ProcessorTime {
  private readonly backends = new Map<number, { kind: string; first: number; last: number }>();
  private readonly started = performance.now();
  private readonly first: number;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly pool: Pool,
    private readonly pid: number,
  ) {
    this.first = secondsOf(pid) ?? 0;
    this.timer = setInterval(() => void this.look().catch(() => undefined), 200);
  }

  /** Processors busy on average since the start (1: one of them all the time). */
  async stop(): Promise<{ seconds: number; process: number; build: number; live: number }> {
    clearInterval(this.timer);
    await this.look();
    const seconds = (performance.now() - this.started) / 1000;
    const of = (wanted: string) =>
      [...this.backends.values()].reduce(
        (sum, { kind, first, last }) => sum + (kind === wanted ? last - first : 0),
        0,
      ) / seconds;
    const own = ((secondsOf(this.pid) ?? this.first) - this.first) / seconds;
    return { seconds, process: own, build: of('build'), live: of('live') };
  }

  private async look(): Promise<void> {
    const { rows } = await this.pool.query<{ pid: number; name: string; young: boolean }>(
      `SELECT pid, application_name AS name, backend_start > now() - interval '1 s' AS young FROM pg_stat_activity
       WHERE application_name LIKE 'tidemark %' AND datname = current_database()`,
    );
    for (const { pid, name, young } of rows) {
      const last = secondsOf(pid);
      if (last === undefined) continue;
      const known = this.backends.get(pid) ?? { kind: name.split(' ')[1] ?? '', first: young ? 0 : last };
      this.backends.set(pid, { ...known, last });
    }
  }
}
