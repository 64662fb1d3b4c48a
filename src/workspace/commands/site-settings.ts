import { Injectable } from '@nestjs/common';

import { EventLog } from '#event-log/event-log.js';
import { siteRule } from '#events/rules.js';
import { Workspace, type Site } from '#workspace/state/workspace.js';

import type { Asked, Decision } from './decide-site.js';
import type { SettingOutcome } from './setting-outcome.js';
import type { SiteCommand } from './site-commands.js';

/** How long the stream may take to bring back what it holds, and how often to look; milliseconds. */
const KNOWN_WITHIN_MS = 4_300;
const LOOK_EVERY_MS = 2;

/** The one way to change a site's settings: decided on what the stream holds now, appended where it still holds just that. */
@Injectable()
export class SiteSettings {
  constructor(
    private readonly log: EventLog,
    private readonly workspace: Workspace,
  ) {}

  async change(
    { siteId, revision, actor }: Pick<SiteCommand, 'siteId' | 'revision' | 'actor'>,
    decide: (site: Site | undefined, asked: Asked) => Decision,
  ): Promise<SettingOutcome> {
    const fault = siteRule(siteId);
    if (fault !== undefined) return { refused: 'invalid', message: `siteId${fault}` };
    if (!(await this.upToDate(siteId))) return { unavailable: 'log_unavailable' };
    const site = this.workspace.site(siteId);
    const current = site?.revision ?? 0;
    if (revision !== undefined && revision !== current) return { conflict: true, revision: current };
    const decision = decide(site, { actor, at: Date.now() });
    if (decision === 'unchanged') return { changed: false, revision: current };
    if ('refused' in decision) return decision;
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

  /** What was decided on an old state would be refused as a conflict that there is none of. */
  private async upToDate(siteId: string): Promise<boolean> {
    try {
      const last = await this.log.workspace.last('site', siteId);
      return last === undefined || (await this.known(last.sequence));
    } catch {
      return false;
    }
  }

  private async known(sequence: number): Promise<boolean> {
    const until = performance.now() + KNOWN_WITHIN_MS;
    while (this.workspace.sequence < sequence) {
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return true;
  }
}
