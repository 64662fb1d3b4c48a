import { StartupError } from '#config/startup-error.js';
import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';
import type { Durability } from './types.js';

interface ServerVariables {
  readonly server_id?: string;
  readonly jetstream?: {
    readonly config?: { readonly sync_always?: boolean };
    /** Of a cluster alone. */
    readonly meta?: { readonly cluster_size?: number };
  };
}

/**
 * Whether the log acknowledges only what is synced to disk, as the monitoring addresses of its servers tell. With NATS's
 * default (a sync every two minutes) a power cut loses most of what was acknowledged, up to the whole stream.
 * @param monitorUrls of every server, with commas: of a cluster, any may hold the replica that an acknowledgement counts on
 * @param serverId of the server that we are connected to
 */
export async function readDurability(monitorUrls: string | undefined, serverId: string): Promise<Durability> {
  if (monitorUrls === undefined) return 'unproven';
  const answers = await Promise.all(monitorUrls.split(',').map((url) => ask(url.trim())));
  const known = answers.filter((each) => each?.jetstream?.config !== undefined);
  const ids = new Set(known.map((each) => each?.server_id));
  // Another server's setting proves nothing about this one.
  if (!ids.has(serverId)) return 'unproven';
  if (known.some((each) => each?.jetstream?.config?.sync_always !== true)) return 'unsynced';
  const servers = Math.max(...known.map((each) => each?.jetstream?.meta?.cluster_size ?? 1));
  return ids.size < servers ? 'unproven' : 'synced';
}

async function ask(monitorUrl: string): Promise<ServerVariables | undefined> {
  try {
    const answer = await fetch(new URL('/varz', monitorUrl), { signal: AbortSignal.timeout(2000) });
    return (await answer.json()) as ServerVariables;
  } catch {
    return undefined;
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
      'cannot prove that NATS syncs before it acknowledges; set NATS_MONITOR_URL to its monitoring address, of a cluster to those of all its servers',
    );
  }
}

export function showDurability(durability: Durability, metrics: Metrics): void {
  for (const state of ['synced', 'unsynced', 'unproven'] as const) {
    metrics.durability.set({ state }, state === durability ? 1 : 0);
  }
}
