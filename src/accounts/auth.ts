import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { getAdapter } from 'better-auth/db/adapter';
import { genericOAuth, organization, twoFactor } from 'better-auth/plugins';
import type { Pool } from 'pg';

import { hashPassword, isWeak, verifyPassword } from '#access/password-hash.js';
import type { AccountsConfig } from '#config/config.js';
import type { Logger } from '#telemetry/logger.js';

import { actingNow, actingPool } from './acting.js';
import { withHashedTokens } from './hashed-tokens.js';
import type { Letters } from './letters.js';
import { nameFault } from './names.js';
import { organizationRoles } from './organization-roles.js';
import { PASSWORD_LENGTH } from './passwords.js';
import { cookiesOf, SESSION_DAYS } from './session-cookie.js';

const DAY_S = 86_400;
export const INVITATION_DAYS = 7;
/** Of organizations that a person belongs to, and of people and open invitations in one of them. */
const MOST = { organizations: 50, members: 1_000, invitations: 200 } as const;

export interface AuthTools {
  /** Its own: a library borrows from it. */
  readonly pool: Pool;
  readonly config: AccountsConfig;
  readonly secret: string;
  readonly letters: Letters;
  readonly logger: Logger;
  /** Gives a person who has been made an organization. */
  readonly found: (userId: string, name: string) => Promise<void>;
  /** Whether somebody whom the provider vouches for may be let in. */
  readonly welcomes: (email: string) => Promise<boolean>;
  /** Counts one more mail to this address. @returns false where it was one too many */
  readonly mayMail: (email: string) => Promise<boolean>;
}

/** Where anybody may register and mail arrives, an address is proven first, and a taken one does not show. */
export const provesAddresses = ({ signUp, mail }: AccountsConfig): boolean =>
  signUp === 'open' && mail !== undefined;

export type Auth = Awaited<ReturnType<typeof createAuth>>;

/** What better-auth does for this product, and by which rules. */
export async function createAuth(tools: AuthTools) {
  const options = { ...rulesOf(tools), plugins: pluginsOf(tools) } satisfies BetterAuthOptions;
  const adapter = await getAdapter({ ...options, database: actingPool(tools.pool) as Pool });
  return betterAuth({ ...options, database: () => withHashedTokens(adapter) });
}

function pluginsOf({ config }: AuthTools) {
  const { oidc } = config;
  return [
    organization({
      ...organizationRoles,
      creatorRole: 'owner',
      organizationLimit: MOST.organizations,
      membershipLimit: MOST.members,
      invitationLimit: MOST.invitations,
      invitationExpiresIn: INVITATION_DAYS * DAY_S,
      // The invitation's ID is what was sent to the address, so that whoever has it has read that mail.
      requireEmailVerificationOnInvitation: false,
      disableOrganizationDeletion: true,
    }),
    twoFactor({ issuer: 'Tidemark' }),
    genericOAuth({
      config: oidc
        ? [
            {
              providerId: 'oidc',
              name: oidc.name,
              discoveryUrl: `${oidc.issuer}/.well-known/openid-configuration`,
              requireIdTokenVerification: true,
              clientId: oidc.clientId,
              clientSecret: oidc.clientSecret,
              scopes: ['openid', 'email', 'profile'],
              disableProviderLogout: true,
            },
          ]
        : [],
    }),
  ];
}

function rulesOf({ pool, config, secret, letters, logger, found, welcomes, mayMail }: AuthTools) {
  const { publicUrl, mail } = config;
  return {
    appName: 'Tidemark',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret,
    trustedOrigins: [publicUrl],
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      // Whatever stands behind the message may hold addresses and tokens.
      log: (_level, message) => logger.error({ detail: message }, 'accounts: the library reports a fault'),
    },
    // Counted for all processes together, before the library is asked.
    rateLimit: { enabled: false },
    session: { expiresIn: SESSION_DAYS.absolute * DAY_S, disableSessionRefresh: true, freshAge: 0 },
    verification: { storeIdentifier: 'hashed' },
    advanced: {
      ...cookiesOf(publicUrl),
      ipAddress: { disableIpTracking: true },
      database: { validateSchema: false },
    },
    user: {
      additionalFields: { operator: { type: 'boolean', input: false, defaultValue: false } },
      validateUserInfo: async ({ user, source }) => {
        if (source.method !== 'oauth' || source.action !== 'create-user') return;
        if (user.emailVerified !== true) return { error: 'email_not_verified' };
        if (!(await welcomes(String(user.email)))) return { error: 'not_invited' };
      },
    },
    databaseHooks: {
      session: {
        create: {
          // The cookie lasts as long as a session can; the row says how long it does without being used.
          before: async (session) => ({
            data: { ...session, expiresAt: new Date(Date.now() + SESSION_DAYS.idle * DAY_S * 1_000) },
          }),
        },
      },
      account: {
        create: {
          // Nothing is ever asked of the provider afterwards.
          before: async (account) => ({
            data: { ...account, accessToken: null, refreshToken: null, idToken: null },
          }),
        },
      },
      user: {
        create: {
          before: async (user) => {
            const { made } = actingNow();
            const { operator = false, emailVerified = user.emailVerified } = made ?? {};
            // Some providers tell none.
            const name = nameFault(user.name) === undefined ? user.name.trim() : user.email.split('@', 1)[0];
            return { data: { ...user, name, operator, emailVerified } };
          },
          after: async ({ id, name }) => {
            const organizationName = actingNow().made?.organization;
            if (organizationName !== undefined) await found(id, organizationName || `${name}'s organization`);
          },
        },
      },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH.least,
      // In UTF-16 units; the door counts characters.
      maxPasswordLength: 2 * PASSWORD_LENGTH.most,
      requireEmailVerification: provesAddresses(config),
      onExistingUserSignUp: async ({ user }) => letters.registeredAlready(user.email),
      resetPasswordTokenExpiresIn: 3_600,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => letters.resetPassword(user.email, token),
      password: {
        hash: hashPassword,
        verify: async (kept) => {
          const right = await verifyPassword(kept);
          if (right && isWeak(kept.hash)) await strengthen(pool, kept);
          return right;
        },
      },
    },
    emailVerification: {
      sendOnSignUp: mail !== undefined,
      sendOnSignIn: true,
      expiresIn: DAY_S,
      sendVerificationEmail: async ({ user, token }, request) => {
        // Whoever registers by an invitation that was mailed has proven it by that.
        if (user.emailVerified) return;
        // Counted here, as it is no mail that was asked for: a refusal would say that the password is right.
        if (request?.url.endsWith('/sign-in/email') && !(await mayMail(user.email))) return;
        letters.verifyEmail(user.email, token);
      },
    },
    account: { updateAccountOnSignIn: false },
    onAPIError: { errorURL: `${publicUrl}/sign-in` },
  } satisfies BetterAuthOptions;
}

/**
 * Makes an old hash anew with what is asked for today, now that the password is at hand. To the database that is a new password,
 * so a link to choose one ends as well: whoever has just given the old one needs none.
 */
async function strengthen(
  pool: Pool,
  kept: { readonly hash: string; readonly password: string },
): Promise<void> {
  await pool.query('UPDATE auth.account SET password = $1, "updatedAt" = now() WHERE password = $2', [
    await hashPassword(kept.password),
    kept.hash,
  ]);
}
