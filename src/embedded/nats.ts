import type { ChildProcess } from 'node:child_process';
import { hasExited } from './child.js';
import { explainLog, logEnd } from './server-log.js';

/** Resolves when JetStream has recovered its streams and takes clients; rejects with a StartupError when it does not. */
export async function natsReady(
  monitorUrl: string,
  child: ChildProcess,
  log: { path: string; from: number },
  withinMs = 60_000,
): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    if (hasExited(child)) throw explainLog('nats-server did not start', logEnd(log.path, log.from), log.path);
    // A fresh signal each time: a frozen server must not hold the loop.
    const healthy = await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => (await response.text(), response.ok),
      () => false,
    );
    if (healthy) return;
    if (Date.now() > until) {
      const what = `nats-server is not ready after ${withinMs / 1000} s`;
      throw explainLog(what, logEnd(log.path, log.from), log.path);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
