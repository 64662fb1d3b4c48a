import { Inject, Injectable } from '@nestjs/common';

import type { EventTypeDefinition } from '#events/types/definition.js';
import type { VisitorPolicy } from '#events/visitor-policy.js';
import { EventLog } from '#event-log/event-log.js';
import type { Config } from '#config/config.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import type { Logger } from '#telemetry/logger.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import { isDeleted, Workspace } from '#workspace/state/workspace.js';

import type { LogReason } from './track-events.command.js';

/** How long a new site may take until it came back from the workspace's stream, and how often to look. */
const KNOWN_WITHIN_MS = 4_300;
const LOOK_EVERY_MS = 2;

/** Where a site's events live. Where nobody has to sign in (TIDEMARK_OPEN), a site is created by its first event. */
@Injectable()
export class SiteDirectory {
  private readonly open: boolean;
  private readonly creating = new Map<string, Promise<number | LogReason>>();

  constructor(
    private readonly log: EventLog,
    private readonly workspace: Workspace,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) config: Pick<Config, 'open'>,
  ) {
    this.open = config.open;
  }

  partitionOf(siteId: string): number | undefined {
    return this.workspace.partitionOf(siteId);
  }

  /** Why a site takes no events, at a time in milliseconds since the epoch; undefined: it does. */
  refusalOf(siteId: string, at: number): 'unknown_site' | 'site_archived' | undefined {
    const site = this.workspace.site(siteId);
    if (site === undefined) return this.open ? undefined : 'unknown_site';
    if (site.deletesAt !== undefined && isDeleted(site, at)) return 'unknown_site';
    return site.archivedAt === undefined ? undefined : 'site_archived';
  }

  /** What the site says of an event type, where it says something. */
  definitionOf(siteId: string, type: string): EventTypeDefinition | undefined {
    return this.workspace.site(siteId)?.eventTypes.get(type);
  }

  visitorPolicyOf(siteId: string): VisitorPolicy | undefined {
    return this.workspace.site(siteId)?.visitors;
  }

  /**
   * Concurrent first events of one site share one creation.
   * @param organizationId whose it is to be; nobody's where it is left out
   * @returns its partition, or why there is none yet
   */
  create(siteId: string, at: number, organizationId?: string): Promise<number | LogReason> {
    let creation = this.creating.get(siteId);
    if (creation === undefined) {
      creation = this.record(siteId, at, organizationId).finally(() => this.creating.delete(siteId));
      this.creating.set(siteId, creation);
    }
    return creation;
  }

  private async record(siteId: string, at: number, organizationId?: string): Promise<number | LogReason> {
    const until = performance.now() + KNOWN_WITHIN_MS;
    const partition = partitionFor(siteId, this.workspace.partitions || this.log.partitions);
    const created = { type: 'SiteCreated', siteId, partition, at, actor: 'local-operator' } as const;
    const event = organizationId === undefined ? created : { ...created, organizationId };
    // "Nobody wrote this site's subject before": another process may have been faster, and then its record counts.
    const outcome = await this.log.workspace.append('site', siteId, event, 0);
    if (outcome.stored) this.logger.info({ site: siteId, partition }, 'site created by its first event');
    else if (outcome.reason !== 'conflict') return outcome.reason;
    return (await this.known(siteId, until)) ?? 'log_unavailable';
  }

  // The record counts only once it was read back: every process then puts the site into the same partition.
  private async known(siteId: string, until: number): Promise<number | undefined> {
    while (performance.now() < until) {
      const partition = this.workspace.partitionOf(siteId);
      if (partition !== undefined) return partition;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return undefined;
  }
}
