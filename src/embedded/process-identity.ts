import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** True while a process has this id, whoever owns it. A zombie counts as gone: it holds nothing any more. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return statFields(pid)?.[0] !== 'Z';
}

/**
 * A text that is the same for one process for as long as it lives, and differs for a later process that got the same id.
 * Undefined when there is no such process.
 */
export function startedAt(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const fields = statFields(pid);
  if (fields) return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}:${fields[19] ?? ''}`;
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout?.trim() === '' ? undefined : ps.stdout?.trim();
}

/** The arguments that the process was started with, joined by spaces; empty when unknown. */
export function commandLine(pid: number): string {
  const line = readText(`/proc/${pid}/cmdline`);
  if (line !== undefined) return line.replaceAll('\0', ' ').trim();
  const ps = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout?.trim() ?? '';
}

/** Fields of /proc/<pid>/stat from the state on (the name before it may hold spaces and parentheses). */
function statFields(pid: number): string[] | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
