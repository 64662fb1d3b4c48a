import { randomBytes } from 'node:crypto';

import type { Pool, PoolClient } from 'pg';

import type { Role } from '#access/permissions.js';
import { hashPassword } from '#access/password-hash.js';

import { passwordFault } from './passwords.js';

/** Who uses the command line of the installation, as the trail shows it. */
const ACTOR = 'local-operator';

export interface PersonRow {
  readonly email: string;
  readonly name: string;
  readonly operator: boolean;
  readonly twoFactor: boolean;
  /** `Name (role)`, with commas between. */
  readonly organizations: string;
}

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly operator: boolean;
  /** ID or name of one that there is; undefined: a new one. */
  readonly organization: string | undefined;
  /** There; without effect in a new one, of which they are the owner. */
  readonly role: Role;
}

/** Raised by the database itself, see migrations/1700000018000-accounts.ts. */
export const LAST_OWNER = 'TM001';

/** Cannot be done, in words for whoever asked. */
export class PeopleRefusal extends Error {
  override readonly name = 'PeopleRefusal';
}

/** For the operator of an installation, who need not be anybody in it. */
export async function listPeople(pool: Pool): Promise<PersonRow[]> {
  const { rows } = await pool.query<PersonRow>(
    `SELECT u.email, u.name, u.operator, u."twoFactorEnabled" AS "twoFactor",
       coalesce(string_agg(o.name || ' (' || m.role || ')', ', ' ORDER BY o.name), '') AS organizations
     FROM auth."user" u LEFT JOIN auth.member m ON m."userId" = u.id LEFT JOIN auth.organization o ON o.id = m."organizationId"
     GROUP BY u.id ORDER BY u.email`,
  );
  return rows;
}

/** @throws PeopleRefusal */
export async function addPerson(pool: Pool, person: NewPerson): Promise<void> {
  const { name, operator } = person;
  const email = person.email.trim().toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new PeopleRefusal(`"${email}" is not an e-mail address.`);
  const hash = await hashed(person.password);
  await changing(pool, async (client) => {
    const found = await client.query('SELECT 1 FROM auth."user" WHERE email = $1', [email]);
    if (found.rows.length > 0)
      throw new PeopleRefusal(`There is somebody with the address ${email} already.`);
    const id = newId();
    await client.query(
      `INSERT INTO auth."user" (id, name, email, "emailVerified", operator) VALUES ($1, $2, $3, true, $4)`,
      [id, name, email, operator],
    );
    await client.query(
      `INSERT INTO auth.account (id, "userId", "accountId", "providerId", password) VALUES ($1, $2, $2, 'credential', $3)`,
      [newId(), id, hash],
    );
    const given = person.organization;
    const organization =
      given === undefined ? await newOrganization(client, name) : await organizationOf(client, given);
    await client.query(
      `INSERT INTO auth.member (id, "organizationId", "userId", role) VALUES ($1, $2, $3, $4)`,
      [newId(), organization, id, given === undefined ? 'owner' : person.role],
    );
  });
}

/** Also ends all their sessions. @throws PeopleRefusal */
export async function setPassword(
  pool: Pool,
  email: string,
  password: string,
  withoutSecondFactor: boolean,
): Promise<void> {
  const hash = await hashed(password);
  await changing(pool, async (client) => {
    const id = await personOf(client, email);
    const { rowCount } = await client.query(
      `UPDATE auth.account SET password = $2, "updatedAt" = now() WHERE "userId" = $1 AND "providerId" = 'credential'`,
      [id, hash],
    );
    if (rowCount === 0)
      await client.query(
        `INSERT INTO auth.account (id, "userId", "accountId", "providerId", password) VALUES ($1, $2, $2, 'credential', $3)`,
        [newId(), id, hash],
      );
    if (withoutSecondFactor) {
      await client.query('DELETE FROM auth."twoFactor" WHERE "userId" = $1', [id]);
      await client.query('UPDATE auth."user" SET "twoFactorEnabled" = false WHERE id = $1', [id]);
    }
    await client.query('DELETE FROM auth.session WHERE "userId" = $1', [id]);
  });
}

/** @throws PeopleRefusal */
export async function setOperator(pool: Pool, email: string, operator: boolean): Promise<void> {
  await changing(pool, async (client) => {
    await client.query('UPDATE auth."user" SET operator = $2 WHERE id = $1', [
      await personOf(client, email),
      operator,
    ]);
  });
}

/** @throws PeopleRefusal also for the last owner of an organization, even of one in which there is nobody else */
export async function removePerson(pool: Pool, email: string): Promise<void> {
  await changing(pool, async (client) => {
    const id = await personOf(client, email);
    const { rows } = await client.query<{ name: string }>(
      `SELECT o.name FROM auth.member m JOIN auth.organization o ON o.id = m."organizationId"
       WHERE m."userId" = $1 AND m.role = 'owner' AND NOT EXISTS (
         SELECT 1 FROM auth.member other WHERE other."organizationId" = o.id AND other.role = 'owner' AND other."userId" <> $1)`,
      [id],
    );
    if (rows[0] !== undefined)
      throw new PeopleRefusal(
        `${email} is the last owner of ${rows[0].name}. First make a member one on its page, ` +
          `or somebody new: tidemark user add <email> --organization "${rows[0].name}" --role owner`,
      );
    await client.query('DELETE FROM auth."user" WHERE id = $1', [id]);
  });
}

/** 26 letters and digits: more than 128 random bits, and nothing that is read wrongly. */
export function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return [...randomBytes(26)].map((byte) => letters[byte % letters.length]).join('');
}

async function hashed(password: string): Promise<string> {
  const fault = passwordFault(password);
  if (fault !== undefined) throw new PeopleRefusal(`The ${fault}.`);
  return hashPassword(password);
}

async function personOf(client: PoolClient, email: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM auth."user" WHERE email = $1', [
    email.trim().toLowerCase(),
  ]);
  if (rows[0] === undefined)
    throw new PeopleRefusal(`There is nobody with the address ${email}; see "user list".`);
  return rows[0].id;
}

async function newOrganization(client: PoolClient, owner: string): Promise<string> {
  const id = newId();
  await client.query('INSERT INTO auth.organization (id, name, slug) VALUES ($1, $2, $3)', [
    id,
    `${owner}'s organization`,
    newId(),
  ]);
  return id;
}

async function organizationOf(client: PoolClient, given: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM auth.organization WHERE id = $1 OR name = $1 ORDER BY id = $1 DESC',
    [given],
  );
  const [found, other] = rows;
  if (!found) throw new PeopleRefusal(`There is no organization "${given}".`);
  if (other && found.id !== given)
    throw new PeopleRefusal(
      `Several organizations are called "${given}": ${rows.map(({ id }) => id).join(', ')}.`,
    );
  return found.id;
}

async function changing(pool: Pool, work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('tidemark.actor', $1, true)`, [ACTOR]);
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    // Two owners were removed at the same moment.
    if ((error as { code?: unknown }).code === LAST_OWNER)
      throw new PeopleRefusal('An organization would be left without an owner: somebody else has just gone.');
    throw error;
  } finally {
    client.release();
  }
}

const newId = (): string => randomBytes(16).toString('hex');
