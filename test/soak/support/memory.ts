import { spawnSync } from 'node:child_process';

/** Megabytes that a process has in memory; 0 where it is gone. */
function megabytes(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Math.round(Number(stdout.trim() || 0) / 1024);
}

/** Looks at what processes have in memory, once a second. */
export function watchMemory(pids: () => Readonly<Record<string, number>>): {
  stop: () => Readonly<Record<string, number>>;
} {
  const most: Record<string, number> = {};
  const timer = setInterval(() => {
    for (const [name, pid] of Object.entries(pids())) most[name] = Math.max(most[name] ?? 0, megabytes(pid));
  }, 1_000);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}
