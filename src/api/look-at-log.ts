import type { LogHead, LogHeads } from './ports.js';

const WITHIN_MS = 2_000;

/** The heads of the log, or none where the log does not answer soon: the figures do not depend on it. */
export async function lookAtLog(log: LogHeads): Promise<readonly LogHead[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly LogHead[]>((resolve) => {
    timer = setTimeout(() => resolve([]), WITHIN_MS);
  });
  const heads = log.heads().catch((): readonly LogHead[] => []);
  return Promise.race([heads, late]).finally(() => clearTimeout(timer));
}
