import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { PG_POOL } from '#database/pool.js';
import { type KeyUse, KeyUseStore } from '#ingest/keys/key-use-store.js';
import { KeyUses } from '#workspace/commands/key-uses.js';

/** In the table `key_use`, one row for each key. */
@Injectable()
export class KeyUsesInPostgres extends KeyUseStore implements KeyUses {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {
    super();
  }

  override async add(uses: readonly KeyUse[]): Promise<void> {
    // In one order, so that two processes do not wait for each other.
    const sorted = [...uses].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
    await this.pool.query(
      `INSERT INTO key_use AS k (key_id, last_used_at, uses)
       SELECT id, to_timestamp(at / 1000.0), count FROM unnest($1::text[], $2::float8[], $3::bigint[]) AS u (id, at, count)
       ON CONFLICT (key_id) DO UPDATE
       SET last_used_at = greatest(k.last_used_at, EXCLUDED.last_used_at), uses = k.uses + EXCLUDED.uses`,
      [
        sorted.map(({ keyId }) => keyId),
        sorted.map(({ lastAt }) => lastAt),
        sorted.map(({ count }) => count),
      ],
    );
  }

  async lastUses(keyIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    if (keyIds.length === 0) return new Map();
    const rows = await this.pool
      .query<{ id: string; at: Date }>(
        'SELECT key_id AS id, last_used_at AS at FROM key_use WHERE key_id = ANY ($1::text[])',
        [keyIds],
      )
      .then((result) => result.rows)
      // Keys can be seen and revoked without the database.
      .catch(() => []);
    return new Map(rows.map(({ id, at }) => [id, at]));
  }
}
