/** What the WORKSPACE stream holds, one event per message. Times are milliseconds since the epoch. */
export type WorkspaceEvent = SiteCreated | PartitionsSet;

/** Subject `workspace.site.<siteId>`. */
export interface SiteCreated {
  readonly type: 'SiteCreated';
  readonly siteId: string;
  /** Where the site's events live from now on, whatever P becomes. */
  readonly partition: number;
  readonly at: number;
  readonly actor: string;
}

/** Subject `workspace.log.partitions`. */
export interface PartitionsSet {
  readonly type: 'PartitionsSet';
  /** P: how many partitions new sites are spread over. */
  readonly partitions: number;
  readonly at: number;
}

/** Undefined for what this version does not know: a newer process may have written it. */
export function decodeWorkspaceEvent(text: string): WorkspaceEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const e = value as Partial<Record<string, unknown>>;
  if (!isCount(e.at)) return undefined;
  if (e.type === 'SiteCreated') {
    if (typeof e.siteId !== 'string' || !isCount(e.partition) || typeof e.actor !== 'string')
      return undefined;
    return { type: 'SiteCreated', siteId: e.siteId, partition: e.partition, at: e.at, actor: e.actor };
  }
  if (e.type === 'PartitionsSet' && isCount(e.partitions) && e.partitions > 0) {
    return { type: 'PartitionsSet', partitions: e.partitions, at: e.at };
  }
  return undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
