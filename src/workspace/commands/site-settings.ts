import { Injectable } from '@nestjs/common';

import { type Actor, nameOf, reaches } from '#access/actor.js';
import { EventLog } from '#event-log/event-log.js';
import { siteRule } from '#events/rules.js';
import type { SiteCreated } from '#events/workspace-event.js';
import { isDeleted, siteAfter, Workspace, type Site } from '#workspace/state/workspace.js';

import { awaitSequence } from './await-sequence.js';
import { ChangeLimit } from './change-limit.js';
import { type Asked, type Decision, type Refusal, siteExists, unknownSite } from './decide-site.js';
import type { SettingOutcome, Unavailable } from './setting-outcome.js';
import type { SiteCommand } from './site-commands.js';
import { SiteHomes } from './site-homes.js';

/** The one way to change a site's settings: decided on what the stream holds now, appended where it still holds just that. */
@Injectable()
export class SiteSettings {
  constructor(
    private readonly log: EventLog,
    private readonly workspace: Workspace,
    private readonly homes: SiteHomes,
    private readonly limit: ChangeLimit,
  ) {}

  /** @param creates a site whose ID somebody else has is not unknown then, but taken */
  async change(
    { siteId, revision, actor }: Pick<SiteCommand, 'siteId' | 'revision' | 'actor'>,
    decide: (site: Site | undefined, asked: Asked) => Decision,
    { creates = false }: { readonly creates?: boolean } = {},
  ): Promise<SettingOutcome> {
    const asked = { actor: nameOf(actor), at: Date.now() };
    const found = await this.find(actor, siteId, asked);
    if (creates && 'refused' in found && found.refused === 'unknown_site') return siteExists(siteId);
    if (!('site' in found)) return found;
    const current = found.site?.revision ?? 0;
    if (revision !== undefined && revision !== current) return { conflict: true, revision: current };
    const decision = decide(found.site, asked);
    if (decision === 'unchanged') return { changed: false, revision: current };
    if ('refused' in decision) return decision;
    const limited = await this.limit.take(actor);
    if (limited) return limited;
    const outcome = await this.log.workspace.append('site', siteId, decision.event, current);
    if (outcome.stored) {
      return (await this.known(outcome.sequence))
        ? { changed: true, revision: outcome.sequence }
        : { unavailable: 'log_unavailable' };
    }
    if (outcome.reason !== 'conflict') return { unavailable: outcome.reason };
    await this.upToDate(siteId);
    return { conflict: true, revision: this.workspace.site(siteId)?.revision ?? 0 };
  }

  /** The site as a change would leave it. None of its settings is changed. */
  async consider(
    { siteId, actor }: Pick<SiteCommand, 'siteId' | 'actor'>,
    decide: (site: Site | undefined, asked: Asked) => Decision,
  ): Promise<Site | Refusal | Unavailable> {
    const asked = { actor: nameOf(actor), at: Date.now() };
    const found = await this.find(actor, siteId, asked);
    if (!('site' in found)) return found;
    const { site } = found;
    const decision = decide(site, asked);
    if (typeof decision === 'object' && 'refused' in decision) return decision;
    const after =
      decision === 'unchanged' ? site : siteAfter(site, decision.event, this.workspace.sequence + 1);
    if (!after) throw new Error(`site ${siteId} is not there, and nothing creates it`);
    return after;
  }

  /** As the stream holds it now; a site that is known from its events alone gets its creation first. */
  private async find(
    actor: Actor,
    siteId: string,
    asked: Asked,
  ): Promise<{ readonly site: Site | undefined } | Refusal | Unavailable> {
    const fault = siteRule(siteId);
    if (fault !== undefined) return { refused: 'invalid', message: `siteId${fault}` };
    if (!(await this.upToDate(siteId))) return { unavailable: 'log_unavailable' };
    const site = this.workspace.site(siteId);
    if (site && (!reaches(actor, site) || isDeleted(site, asked.at))) return unknownSite();
    // A site of events alone is nobody's.
    if (!site && actor.kind !== 'local') return { site };
    const partition = site ? undefined : await this.homes.partitionOf(siteId);
    if (partition === undefined) return { site };
    const created: SiteCreated = { type: 'SiteCreated', siteId, partition, ...asked };
    const outcome = await this.log.workspace.append('site', siteId, created, 0);
    // Whoever was first at the same moment found the same partition.
    if (!outcome.stored && outcome.reason !== 'conflict') return { unavailable: outcome.reason };
    if (!(await this.upToDate(siteId))) return { unavailable: 'log_unavailable' };
    return { site: this.workspace.site(siteId) };
  }

  /** What was decided on an old state would be refused as a conflict that there is none of. */
  private async upToDate(siteId: string): Promise<boolean> {
    try {
      const last = await this.log.workspace.last('site', siteId);
      return last === undefined || (await this.known(last.sequence));
    } catch {
      return false;
    }
  }

  private known(sequence: number): Promise<boolean> {
    return awaitSequence(this.workspace, sequence);
  }
}
