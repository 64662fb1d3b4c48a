import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Logger } from '#telemetry/logger.js';
import { commandLine, isAlive } from './process-identity.js';

/**
 * Stops the server that a killed Tidemark left running, and removes the pid file that it could not remove.
 * Only with the data folder's lock in hand: then whoever started that server is dead.
 * @param o.mark part of the server's command line that shows it is ours, such as the path of its data
 */
export async function stopLeftover(o: {
  name: string;
  pidFile: string;
  mark: string;
  signals: readonly (readonly [NodeJS.Signals, number])[];
  logger: Logger;
}): Promise<void> {
  if (!existsSync(o.pidFile)) return;
  const pid = Number(readFileSync(o.pidFile, 'utf8').split('\n')[0]?.trim());
  const isOurs = () =>
    Number.isInteger(pid) && pid > 1 && isAlive(pid) && ` ${commandLine(pid)} `.includes(` ${o.mark} `);
  if (isOurs()) {
    o.logger.warn(`Stopping the ${o.name} (pid ${pid}) that an earlier Tidemark left running`);
    for (const [signal, waitMs] of [...o.signals, ['SIGKILL', 2_000] as const]) {
      if (!isOurs()) break;
      process.kill(pid, signal);
      const until = Date.now() + waitMs;
      while (isOurs() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  if (!isOurs()) rmSync(o.pidFile, { force: true });
}
