import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENS = '0A';

/** Where these processes listen, by what the kernel says: as `0100007F:1F90`, the address byte by byte from the last and the port. */
export function listening(pids: readonly number[]): string[] {
  const sockets = new Set(pids.flatMap(socketsOf));
  return ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync).flatMap((table) =>
    readFileSync(table, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === LISTENS && sockets.has(columns[9] ?? ''))
      .map((columns) => columns[1] ?? ''),
  );
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed in between.
      return [];
    }
  });
}
