import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { LOCAL } from '#access/actor.js';
import { UnownedSites } from '#accounts/unowned-sites.js';
import { LOGGER } from '#config/tokens.js';
import { PG_POOL } from '#database/pool.js';
import { asTenant, EVERYTHING } from '#database/tenant.js';
import type { Logger } from '#telemetry/logger.js';
import { decideAdopt } from '#workspace/commands/adopt-site.js';
import { SiteSettings } from '#workspace/commands/site-settings.js';
import { Workspace } from '#workspace/state/workspace.js';

/** As the workspace knows them, and the read models, where sites of events alone are. */
@Injectable()
export class UnownedSitesOfWorkspace extends UnownedSites {
  constructor(
    private readonly workspace: Workspace,
    private readonly settings: SiteSettings,
    @Inject(PG_POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  override async giveTo(organizationId: string): Promise<void> {
    for (const siteId of await this.unowned()) {
      const outcome = await this.settings.change({ siteId, actor: LOCAL }, (site, asked) =>
        decideAdopt(site, organizationId, asked),
      );
      if ('changed' in outcome) continue;
      this.logger.warn(
        { siteId, outcome },
        'a site of nobody could not be adopted; the next start tries again',
      );
      return;
    }
  }

  private async unowned(): Promise<ReadonlySet<string>> {
    const { rows } = await asTenant(this.pool, EVERYTHING, (client) =>
      client.query<{ name: string }>('SELECT name FROM site WHERE organization_id IS NULL'),
    );
    const known = this.workspace.sites();
    const owned = new Set(known.filter((site) => site.organizationId !== undefined).map(({ id }) => id));
    return new Set([
      ...known.filter(({ id }) => !owned.has(id)).map(({ id }) => id),
      ...rows.map(({ name }) => name).filter((name) => !owned.has(name)),
    ]);
  }
}
