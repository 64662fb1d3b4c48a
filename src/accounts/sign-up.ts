import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { Config } from '#config/config.js';
import { CONFIG } from '#config/tokens.js';
import { PG_POOL } from '#database/pool.js';

import { actAs } from './acting.js';
import { AuthRefusal } from './auth-refusal.js';
import { FirstOwner, type From } from './first-owner.js';

interface Asked {
  readonly email?: string;
  readonly invitation?: string;
  readonly organization?: string;
}

/** Who may register: the first owner, whoever is invited, and everybody where the settings say so. */
@Injectable()
export class SignUp {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'accounts'>,
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly firstOwner: FirstOwner,
  ) {}

  /** @throws AuthRefusal for whoever may not */
  async run(from: From, asked: Asked, ask: () => Promise<Response>): Promise<Response> {
    const organization = (asked.organization ?? '').trim();
    if (await this.firstOwner.awaited(from)) {
      const made = await this.firstOwner.make(organization, ask);
      if (made !== undefined) return made;
    }
    if (asked.invitation !== undefined) {
      await this.checkInvitation(asked.invitation, asked.email ?? '');
      // Whoever has a link that was sent by mail alone has read that mail.
      return actAs({ made: { emailVerified: this.config.accounts.mail !== undefined } }, ask);
    }
    if (await this.firstOwner.isEmpty())
      throw new AuthRefusal(
        403,
        'FIRST_OWNER_ON_THIS_MACHINE',
        'the first owner registers on the machine itself, under http://localhost and with no TIDEMARK_PUBLIC_URL of others; or set TIDEMARK_ADMIN_EMAIL and TIDEMARK_ADMIN_PASSWORD',
      );
    if (this.config.accounts.signUp === 'open') return actAs({ made: { organization } }, ask);
    throw new AuthRefusal(
      410,
      'INVITED_ONLY',
      'whoever wants to register here needs an invitation of a member',
    );
  }

  private async checkInvitation(id: string, email: string): Promise<void> {
    const { rows } = await this.pool.query<{ email: string }>(
      `SELECT email FROM auth.invitation WHERE id = $1 AND status = 'pending' AND "expiresAt" > now()`,
      [id],
    );
    if (rows[0] === undefined)
      throw new AuthRefusal(
        410,
        'INVITATION_GONE',
        'this invitation was used, withdrawn or has expired',
        'invitation',
      );
    if (rows[0].email !== email.trim().toLowerCase())
      throw new AuthRefusal(403, 'INVITATION_OF_ANOTHER', 'this invitation is for another address', 'email');
  }
}
