import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { Person } from '#access/actor.js';
import { nobodyCanTell } from '#access/denied.js';
import type { Role } from '#access/permissions.js';
import type { Config } from '#config/config.js';
import { CONFIG } from '#config/tokens.js';
import { PG_POOL } from '#database/pool.js';

import { tokenHash } from './hashed-tokens.js';
import { AccountsSecret } from './secret.js';
import { SESSION_DAYS, sessionCookieName, sessionToken } from './session-cookie.js';

/** A session's last use is written so much later at the most. */
const NOTE_EVERY = '5 minutes';

interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly expires_at: Date;
  readonly stale: boolean;
  readonly operator: boolean;
  readonly organization_id: string | null;
  readonly role: Role | null;
}

const FIND = `
  SELECT s.id, s."userId" AS user_id, u.operator, m."organizationId" AS organization_id, m.role,
    least(s."expiresAt", s."createdAt" + interval '${SESSION_DAYS.absolute} days') AS expires_at,
    s."updatedAt" < now() - interval '${NOTE_EVERY}' AS stale
  FROM auth.session s JOIN auth."user" u ON u.id = s."userId"
  LEFT JOIN LATERAL (
    SELECT "organizationId", role FROM auth.member WHERE "userId" = s."userId"
    ORDER BY "organizationId" = s."activeOrganizationId" DESC NULLS LAST, "createdAt", id LIMIT 1) m ON true
  WHERE s.token = $1 AND s."expiresAt" > now() AND s."createdAt" > now() - interval '${SESSION_DAYS.absolute} days'`;

const USED = `
  UPDATE auth.session SET "updatedAt" = now(), "expiresAt" = least(
    now() + interval '${SESSION_DAYS.idle} days', "createdAt" + interval '${SESSION_DAYS.absolute} days')
  WHERE id = $1`;

/**
 * Who is signed in, by the cookie of a request. Asked of the database every time, by the server that is written to: a
 * session that was ended, or a role that was taken away, is gone with the next request.
 */
@Injectable()
export class Sessions {
  private readonly cookie: string;

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'accounts'>,
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly secret: AccountsSecret,
  ) {
    this.cookie = sessionCookieName(config.accounts.publicUrl);
  }

  /**
   * Undefined where nobody is signed in.
   *
   * @throws GraphQLError (UNAVAILABLE) while nobody can tell
   */
  async personOf(cookies: string | undefined): Promise<Person | undefined> {
    const token = this.tokenOf(cookies);
    if (token === undefined) return undefined;
    const row = await this.find(token);
    if (!row) return undefined;
    return {
      kind: 'person',
      userId: row.user_id,
      sessionId: row.id,
      expiresAt: row.expires_at.getTime(),
      operator: row.operator,
      organizationId: row.organization_id ?? undefined,
      role: row.role ?? undefined,
    };
  }

  /**
   * Whoever signs in anew leaves the session that the browser had before.
   *
   * @param cookies that it came with
   * @param given the lines of `Set-Cookie` that it gets
   */
  async endReplaced(cookies: string | undefined, given: readonly string[]): Promise<void> {
    const token = this.tokenOf(cookies);
    if (token === undefined) return;
    const next = given.map((line) => this.tokenOf(line)).find((each) => each !== undefined);
    if (next === undefined) return;
    await this.pool.query('DELETE FROM auth.session WHERE token = $1 AND token <> $2', [
      tokenHash(token),
      tokenHash(next),
    ]);
  }

  private tokenOf(cookies: string | undefined): string | undefined {
    return cookies === undefined ? undefined : sessionToken(cookies, this.cookie, this.secret.value);
  }

  private async find(token: string): Promise<SessionRow | undefined> {
    try {
      const { rows } = await this.pool.query<SessionRow>({
        name: 'session-person',
        text: FIND,
        values: [tokenHash(token)],
      });
      const [row] = rows;
      if (row?.stale) await this.pool.query(USED, [row.id]);
      return row;
    } catch (error) {
      throw nobodyCanTell('the database does not answer', error as Error);
    }
  }
}
