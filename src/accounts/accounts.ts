import { randomBytes } from 'node:crypto';

import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { GraphQLError } from 'graphql';
import type { Pool } from 'pg';

import type { Config } from '#config/config.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { createPool, DATABASE_URL, PG_POOL } from '#database/pool.js';
import type { Logger } from '#telemetry/logger.js';

import { actAs } from './acting.js';
import { type Auth, createAuth } from './auth.js';
import { FirstOwner } from './first-owner.js';
import { Letters } from './letters.js';
import { AccountsSecret } from './secret.js';
import { Throttle } from './throttle.js';

/** The library behind sign-in, with what it needs; only where people sign in (closed mode). */
@Injectable()
export class Accounts implements OnModuleInit, OnModuleDestroy {
  readonly letters: Letters;
  private opened: { readonly auth: Auth; readonly own: Pool } | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'open' | 'accounts'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(PG_POOL) private readonly pool: Pool,
    @Inject(DATABASE_URL) private readonly databaseUrl: string,
    private readonly secret: AccountsSecret,
    private readonly firstOwner: FirstOwner,
    private readonly throttle: Throttle,
  ) {
    this.letters = new Letters(config.accounts, logger);
  }

  async onModuleInit(): Promise<void> {
    if (this.config.open) return;
    const own = createPool(this.databaseUrl, {
      max: 3,
      applicationName: 'tidemark accounts',
      logger: this.logger,
    });
    const auth = await createAuth({
      pool: own,
      config: this.config.accounts,
      secret: this.secret.value,
      letters: this.letters,
      logger: this.logger,
      found: async (userId, name) => void (await this.found(userId, name)),
      welcomes: (email) => this.welcomes(email),
      mayMail: async (mail) => (await this.throttle.take({ mail })).wait === 0,
    });
    this.opened = { auth, own };
    const { admin } = this.config.accounts;
    if (admin) await this.firstOwner.makeNamed(admin, this.auth);
    if (await this.firstOwner.isEmpty())
      this.logger.info(
        this.firstOwner.registers
          ? `Nobody has an account yet: open ${this.config.accounts.publicUrl} in a browser on this machine to make the owner's`
          : 'Nobody has an account yet: set TIDEMARK_ADMIN_EMAIL and TIDEMARK_ADMIN_PASSWORD, or run "tidemark user add <email> --operator"',
      );
    // Also heals what a crash between the owner and the adoption left behind, and takes up what open mode has made.
    await this.firstOwner.adoptSites();
  }

  async onModuleDestroy(): Promise<void> {
    this.letters.close();
    await this.opened?.own.end();
    this.opened = undefined;
  }

  /** @throws GraphQLError in open mode, where there are no accounts */
  get auth(): Auth {
    if (this.opened) return this.opened.auth;
    throw new GraphQLError(
      'There are no accounts: this Tidemark is open to whoever reaches it (TIDEMARK_OPEN)',
      {
        extensions: { code: 'CONFLICT' },
      },
    );
  }

  /** Makes an organization of which the person is the owner. @returns its ID */
  async found(userId: string, name: string): Promise<string> {
    const { id } = await actAs({ actor: `user:${userId}` }, () =>
      this.auth.api.createOrganization({ body: { name, slug: newSlug(), userId } }),
    );
    return id;
  }

  private async welcomes(email: string): Promise<boolean> {
    // The first owner is who sits at the machine, or whom settings name: nobody whom a provider knows.
    if (await this.firstOwner.isEmpty()) return false;
    if (this.config.accounts.signUp === 'open') return true;
    const { rows } = await this.pool.query(
      `SELECT 1 FROM auth.invitation WHERE email = $1 AND status = 'pending' AND "expiresAt" > now() LIMIT 1`,
      [email.toLowerCase()],
    );
    return rows.length > 0;
  }
}

/** The library wants one; nobody sees it. */
export const newSlug = (): string => randomBytes(12).toString('hex');
