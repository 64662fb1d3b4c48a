import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { Actor } from '#access/actor.js';
import { permissions } from '#access/permissions.js';
import { PG_POOL } from '#database/pool.js';
import { TransferTargets } from '#workspace/commands/transfer-targets.js';

/** By who belongs to which organization, and as what. */
@Injectable()
export class TransferTargetsByMembers extends TransferTargets {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {
    super();
  }

  override async accepts(actor: Actor, organizationId: string): Promise<boolean> {
    // Without sign-in there is nobody who could belong to one: the operator says which.
    if (actor.kind === 'local') return true;
    if (actor.kind !== 'person') return false;
    const { rowCount } = await this.pool.query(
      'SELECT FROM auth.member WHERE "organizationId" = $1 AND "userId" = $2 AND role = ANY ($3::text[])',
      [organizationId, actor.userId, permissions['sites.create'].roles],
    );
    return rowCount !== null && rowCount > 0;
  }
}
