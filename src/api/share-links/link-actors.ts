import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { RateLimiterPostgres } from 'rate-limiter-flexible';

import { type Actor, ANONYMOUS } from '#access/actor.js';
import type { Asking } from '#access/actors.js';
import { verifyPassword } from '#access/password-hash.js';
import { PG_POOL } from '#database/pool.js';
import { rateLimiter } from '#database/rate-limiter.js';
import { rowsOf } from '#database/row-reader.js';
import { type UsableLink, usableLink } from '#database/share-links.js';
import { asTenant, EVERYTHING } from '#database/tenant.js';

import { hashOf } from './token.js';

/** Wrong passwords for one link, in so many seconds, of all processes together. */
const WRONG = { most: 10, seconds: 60 } as const;
/** Passwords that were right, so that the slow hash is not made for every question of a page. */
const KNOWN = 1_000;

/** Who comes with a link. Looked up for every question: one that is revoked is worth nothing in that moment. */
@Injectable()
export class LinkActors {
  private tries: RateLimiterPostgres | undefined;
  private readonly known = new Set<string>();
  private readonly trying = new Map<string, Promise<boolean>>();

  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Undefined where no link is brought; anonymous where it is worth nothing. Rejects while nobody can tell. */
  async of({ headers, connection }: Asking): Promise<Actor | undefined> {
    const token = text(headers['tidemark-link'] ?? connection?.['link']);
    if (token === undefined) return undefined;
    const hash = hashOf(token);
    if (!hash) return ANONYMOUS;
    const link = await asTenant(this.pool, EVERYTHING, (client) => usableLink(rowsOf(client), hash));
    if (!link) return ANONYMOUS;
    const password = text(headers['tidemark-link-password'] ?? connection?.['password']) ?? '';
    if (!(await this.opens(link, password))) return ANONYMOUS;
    const { id, organizationId, siteId } = link;
    return { kind: 'link', linkId: id, organizationId, siteId };
  }

  private async opens({ id, password }: UsableLink, given: string): Promise<boolean> {
    if (password === null) return true;
    if (given === '' || given.length > 200) return false;
    // Of the hash too: no password outlives its change.
    const key = createHash('sha256')
      .update(JSON.stringify([id, password, given]))
      .digest('base64');
    if (this.known.has(key)) return true;
    // A page asks several questions at once: they are one try, and one hash.
    const trying = this.trying.get(key) ?? this.try(id, key, { hash: password, password: given });
    this.trying.set(key, trying);
    return trying.finally(() => this.trying.delete(key));
  }

  /** It counts before it is looked at, so that those who guess side by side are counted too. */
  private async try(id: string, key: string, given: Parameters<typeof verifyPassword>[0]): Promise<boolean> {
    this.tries ??= rateLimiter(this.pool);
    const counted = `link ${id}`;
    const { consumedPoints } = await this.tries.penalty(counted, 1, { customDuration: WRONG.seconds });
    if (consumedPoints > WRONG.most || !(await verifyPassword(given))) return false;
    await this.tries.reward(counted, 1, { customDuration: WRONG.seconds });
    if (this.known.size >= KNOWN) this.known.clear();
    this.known.add(key);
    return true;
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
