import { StartupError } from '#config/startup-error.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import type { Durability } from './types.js';

interface ServerVariables {
  readonly server_id?: string;
  readonly jetstream?: { readonly config?: { readonly sync_always?: boolean } };
}

/**
 * Whether the server acknowledges only what it has synced to disk, as its monitoring address tells. With NATS's
 * default (a sync every two minutes) a power cut loses most of what was acknowledged, up to the whole stream.
 */
export async function readDurability(monitorUrl: string | undefined, serverId: string): Promise<Durability> {
  if (monitorUrl === undefined) return 'unproven';
  try {
    const answer = await fetch(new URL('/varz', monitorUrl), { signal: AbortSignal.timeout(2000) });
    const variables = (await answer.json()) as ServerVariables;
    // Another server's setting proves nothing about this one.
    if (variables.server_id !== serverId || variables.jetstream?.config === undefined) return 'unproven';
    return variables.jetstream.config.sync_always === true ? 'synced' : 'unsynced';
  } catch {
    return 'unproven';
  }
}

/** @throws StartupError for an unsynced log that nobody accepted. */
export function judgeDurability(durability: Durability, acceptUnsynced: boolean, logger: Logger): void {
  if (durability === 'unsynced' && !acceptUnsynced) {
    throw new StartupError(
      'This NATS server acknowledges events before they are on disk: a power cut would lose them. ' +
        'Set "sync_interval: always" in the jetstream block of its configuration and restart it, ' +
        'or set TIDEMARK_ACCEPT_UNSYNCED=true to take the risk.',
    );
  }
  if (durability === 'unsynced') {
    logger.warn('the log is not synced before it acknowledges (accepted by TIDEMARK_ACCEPT_UNSYNCED)');
  } else if (durability === 'unproven') {
    logger.warn(
      'cannot prove that NATS syncs before it acknowledges; set NATS_MONITOR_URL to the monitoring address of the server',
    );
  }
}

export function showDurability(durability: Durability, metrics: Metrics): void {
  for (const state of ['synced', 'unsynced', 'unproven'] as const) {
    metrics.durability.set({ state }, state === durability ? 1 : 0);
  }
}
