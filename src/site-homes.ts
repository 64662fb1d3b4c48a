import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { PG_POOL } from '#database/pool.js';
import { rowsOf } from '#database/row-reader.js';
import { siteHome } from '#database/site-home.js';
import { asTenant, EVERYTHING } from '#database/tenant.js';
import { SiteHomes } from '#workspace/commands/site-homes.js';

/** As live projection found them. Settings can be changed without the database, so its absence is no failure. */
@Injectable()
export class SiteHomesAsProjected extends SiteHomes {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {
    super();
  }

  partitionOf(siteId: string): Promise<number | undefined> {
    return asTenant(this.pool, EVERYTHING, (client) => siteHome(rowsOf(client), siteId)).catch(
      () => undefined,
    );
  }
}
