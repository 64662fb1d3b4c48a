import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { requestJob } from '#database/jobs.js';
import { isFull } from '#database/order-bounds.js';
import { PG_POOL } from '#database/pool.js';
import { PREVIEW } from '#database/preview.js';
import { asTenant, EVERYTHING } from '#database/tenant.js';
import { PreviewOrders, type CandidateSettings } from '#workspace/commands/preview-orders.js';

/** As jobs, which a projector carries out. */
@Injectable()
export class PreviewOrdersAsJobs extends PreviewOrders {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {
    super();
  }

  order(candidate: CandidateSettings): Promise<number | undefined> {
    // RETURNING reads what was written: as whoever may see every order.
    return asTenant(this.pool, EVERYTHING, async (client) =>
      (await isFull(client, PREVIEW, candidate.site))
        ? undefined
        : requestJob(client, PREVIEW, { ...candidate }),
    );
  }
}
