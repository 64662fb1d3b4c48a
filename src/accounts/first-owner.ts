import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';

import type { Config } from '#config/config.js';
import { isLoopback, namesLoopback } from '#config/loopback.js';
import { StartupError } from '#config/startup-error.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { PG_POOL } from '#database/pool.js';
import type { Logger } from '#telemetry/logger.js';

import { actAs } from './acting.js';
import type { Auth } from './auth.js';
import { passwordFault } from './passwords.js';
import { UnownedSites } from './unowned-sites.js';

const LOCK = 7_238_115; // any number that nothing else uses

/** Of a request: enough to tell whether it was made on this machine. */
export type From = Pick<FastifyRequest, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export interface NewPerson {
  readonly email: string;
  readonly password: string;
}

/** An installation without anybody: whoever sits at the machine becomes its owner and operator, once. */
@Injectable()
export class FirstOwner {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'proxyHops' | 'accounts'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly sites: UnownedSites,
  ) {}

  /**
   * Whether the settings let anybody register as the first owner: not where others reach the dashboard, since some proxies on
   * this machine pass requests on that look as if they were made here.
   */
  get registers(): boolean {
    const { proxyHops, accounts } = this.config;
    return proxyHops === 0 && isLoopback(new URL(accounts.publicUrl).hostname);
  }

  /** Whether this request may make the first owner: nobody is there yet, and it comes from this machine. */
  async awaited(request: From): Promise<boolean> {
    return this.isHere(request) && (await this.isEmpty());
  }

  async isEmpty(): Promise<boolean> {
    const { rows } = await this.pool.query('SELECT 1 FROM auth."user" LIMIT 1');
    return rows.length === 0;
  }

  /**
   * Runs `make` as the making of the first owner.
   *
   * @returns undefined where somebody is there already, or is being made
   */
  async make<T>(organization: string, make: () => Promise<T>): Promise<T | undefined> {
    const client = await this.pool.connect();
    try {
      const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [LOCK]);
      if (rows[0]?.got !== true) return undefined;
      try {
        if (!(await this.isEmpty())) return undefined;
        const made = await actAs({ made: { operator: true, emailVerified: true, organization } }, make);
        await this.adoptSites();
        return made;
      } finally {
        await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
      }
    } finally {
      client.release();
    }
  }

  /** At the start, as settings name them. @throws StartupError for a password that nobody may have */
  async makeNamed({ email, password }: NewPerson, auth: Auth): Promise<void> {
    if (!(await this.isEmpty())) return;
    const fault = passwordFault(password);
    if (fault !== undefined) throw new StartupError(`TIDEMARK_ADMIN_PASSWORD: ${fault}.`);
    const name = email.split('@', 1)[0] ?? email;
    const made = await this.make('', () => auth.api.signUpEmail({ body: { name, email, password } }));
    if (made === undefined) return;
    await this.pool.query('DELETE FROM auth.session WHERE "userId" = $1', [made.user.id]);
    this.logger.info({ userId: made.user.id }, 'the first owner was made from TIDEMARK_ADMIN_EMAIL');
  }

  /** Sites from before there was anybody become those of the first organization. */
  async adoptSites(): Promise<void> {
    const { rows } = await this.pool.query<{ id: string }>(
      `SELECT m."organizationId" AS id FROM auth.member m JOIN auth."user" u ON u.id = m."userId"
       WHERE u.operator AND m.role = 'owner' ORDER BY m."createdAt", m.id LIMIT 1`,
    );
    const [first] = rows;
    if (first) await this.sites.giveTo(first.id);
  }

  /** By the socket itself: what a header says can be written by anybody, and whatever has one came through a proxy. */
  private isHere({ headers, socket }: From): boolean {
    return (
      this.registers &&
      isLoopback(socket.remoteAddress ?? '') &&
      namesLoopback(headers.host) &&
      headers['x-forwarded-for'] === undefined &&
      headers.forwarded === undefined
    );
  }
}
