import { randomUUID } from 'node:crypto';

import { createPool } from '#database/pool.js';

import { waitFor } from '../../harness/wait-for.js';
import { Browser, GOOD_PASSWORD } from '../accounts/person.js';
import { GOOD, post } from './ingest-app.js';
import type { Named } from './sweep.js';

type Product = { readonly url: string };

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
/** The day of all events here. */
export const DAY = GOOD.timestamp.slice(0, 10);

/** Somebody with an organization of their own, with a site, keys of both kinds and figures. */
export interface RealTenant {
  readonly owner: Browser;
  readonly email: string;
  readonly organization: string;
  readonly site: string;
  readonly publicKey: string;
  /** Of all scopes. */
  readonly secretKey: string;
  /** Token of a link that shows the site. */
  readonly link: string;
  /** IDs of what is the organization's. */
  readonly named: Named;
}

export async function createdSite(owner: Browser, site: string): Promise<string> {
  const { receipt } = await owner.field<{ receipt: string }>(
    'mutation ($site: ID!) { createSite(siteId: $site) { receipt } }',
    { site },
  );
  return receipt;
}

export interface RealKey {
  readonly id: string;
  readonly secret: string;
}

/** @param site undefined: a secret one for all sites */
export async function createdKey(
  owner: Browser,
  kind: 'PUBLIC' | 'SECRET',
  site?: string,
  scopes?: readonly string[],
): Promise<RealKey> {
  const { key, secret } = await owner.field<{ key: { id: string }; secret: string }>(
    `mutation ($site: ID, $kind: KeyKind!, $scopes: [String!]) {
      createKey(siteId: $site, name: "of a test", kind: $kind, scopes: $scopes) { key { id } secret } }`,
    { site, kind, scopes },
  );
  return { id: key.id, secret };
}

/** @returns the ID and the token */
export async function createdLink(owner: Browser, site: string): Promise<{ id: string; token: string }> {
  const { link, url } = await owner.field<{ link: { id: string }; url: string }>(
    'mutation ($site: ID!) { createShareLink(siteId: $site, name: "of a test") { link { id } url } }',
    { site },
  );
  return { id: link.id, token: url.split('/').at(-1) ?? '' };
}

export interface Sent {
  readonly eventId: string;
  readonly receipt: string;
}

/** One event by the single door. */
export async function sent(product: Product, key: string, site: string): Promise<Sent> {
  const eventId = randomUUID();
  const { status, body } = await post(
    `${product.url}/api/event`,
    { ...GOOD, siteId: site, eventId },
    { headers: bearer(key) },
  );
  if (status !== 202) throw new Error(`the event was refused: ${status} ${JSON.stringify(body)}`);
  return { eventId, receipt: body?.['receipt'] as string };
}

export const FIGURES = `query ($site: ID!, $day: Date!, $receipt: String!) @waitFor(receipt: $receipt, seconds: 30) {
  site(id: $site) { dailyStats(range: { from: $day, to: $day }) { events } } }`;

/** Events of the day, once the receipt's is among them; undefined: no such site. */
export async function eventsOf(owner: Browser, site: string, receipt: string): Promise<number | undefined> {
  const found = await owner.field<{ dailyStats: { events: number }[] } | null>(FIGURES, {
    site,
    day: DAY,
    receipt,
  });
  return found?.dailyStats[0]?.events;
}

/** Registers somebody; the first one is the operator, too. */
export async function registered(product: Product, name: string): Promise<Browser> {
  const browser = new Browser(product);
  const { status, body } = await browser.auth('sign-up/email', {
    name,
    email: `${name}@example.org`,
    password: GOOD_PASSWORD,
    organization: `The ${name} company`,
  });
  if (status !== 200) throw new Error(`${name} could not register: ${JSON.stringify(body)}`);
  return browser;
}

/** @param databaseUrl of the tables' owner: dead letters are made there */
export async function realTenant(
  product: Product,
  databaseUrl: string,
  name: string,
  letter: number,
): Promise<RealTenant> {
  const owner = await registered(product, name);
  const site = `${name}-shop`;
  await createdSite(owner, site);
  const publicKey = await createdKey(owner, 'PUBLIC', site);
  const secretKey = await createdKey(owner, 'SECRET', undefined, ['read', 'write', 'admin']);
  const { eventId, receipt } = await sent(product, publicKey.secret, site);
  const events = await eventsOf(owner, site, receipt);
  if (events !== 1) throw new Error(`the event of ${name} is not counted: ${String(events)}`);
  const link = await createdLink(owner, site);
  const { jobId: job } = await owner.field<{ jobId: number }>(
    'mutation ($site: ID!) { previewRule(siteId: $site, rule: { kind: EXCLUDE_BOTS }) { jobId } }',
    { site },
  );
  await owner.field(
    'mutation ($site: ID!) { addRule(siteId: $site, rule: { kind: EXCLUDE_BOTS }) { revision } }',
    {
      site,
    },
  );
  const viewer = await owner.viewer();
  const [member] = await owner.field<{ id: string }[]>('{ members { id } }');
  const [session] = await owner.field<{ id: string }[]>('{ sessions { id } }');
  const rules = () =>
    owner.field<{ rules: { id: string }[] } | null>(
      'query ($site: ID!) { site(id: $site) { rules { id } } }',
      { site },
    );
  await waitFor(async () => (await rules())?.rules.length === 1, { message: 'the rule' });
  const deadLetter = await deadLetterOf(databaseUrl, site, letter);
  return {
    ...{ owner, site, link: link.token, publicKey: publicKey.secret, secretKey: secretKey.secret },
    email: `${name}@example.org`,
    organization: viewer?.organization?.id ?? '',
    named: {
      ...{ site, eventId, receipt, deadLetter, job, link: link.id, key: secretKey.id },
      organization: viewer?.organization?.id ?? '',
      id: (await rules())?.rules[0]?.id ?? '',
      member: member?.id ?? '',
      session: session?.id ?? '',
      invitation: await invitation(owner, `friend-of-${name}@example.org`),
    },
  };
}

/** @returns its ID, which is not what its link holds */
async function invitation(owner: Browser, email: string): Promise<string> {
  const made = await owner.field<{ invitation: { id: string } }>(
    'mutation ($email: String!) { inviteMember(email: $email, role: viewer) { invitation { id } } }',
    { email },
  );
  return made.invitation.id;
}

async function deadLetterOf(databaseUrl: string, site: string, id: number): Promise<number> {
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    await pool.query(
      `INSERT INTO dead_letter (id, partition, sequence, ordinal, site, event_id, reason, event)
       OVERRIDING SYSTEM VALUE VALUES ($2, 0, $2, 0, $1, gen_random_uuid(), 'test', '{}')`,
      [site, id],
    );
    return id;
  } finally {
    await pool.end();
  }
}
