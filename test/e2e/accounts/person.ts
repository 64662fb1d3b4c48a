import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';

export const GOOD_PASSWORD = 'four words nobody guesses';

/** What came back, with whatever the body held. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

type Graph = Record<string, unknown>;

/** A browser: it keeps cookies, and says which page asks. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  /** @param headers of every request, such as where it says it comes from */
  constructor(
    readonly app: Pick<IngestApp, 'url'>,
    private readonly headers: Record<string, string> = {},
  ) {}

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Another one with the same cookies. */
  twin(): Browser {
    const twin = new Browser(this.app, this.headers);
    for (const [name, value] of this.cookies) twin.cookies.set(name, value);
    return twin;
  }

  /** POSTs to /api/auth. */
  auth(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('POST', `/api/auth/${path}`, JSON.stringify(body), {
      'content-type': 'application/json',
      ...headers,
    });
  }

  get(path: string): Promise<Reply> {
    return this.send('GET', path);
  }

  async ask(
    query: string,
    variables: object = {},
  ): Promise<{ data?: Graph; code?: string; message?: string }> {
    const { body } = await this.send('POST', '/graphql', JSON.stringify({ query, variables }), {
      'content-type': 'application/json',
    });
    const [error] = (body['errors'] ?? []) as { message: string; extensions: { code: string } }[];
    return {
      ...(body['data'] != null && { data: body['data'] as Graph }),
      ...(error && { code: error.extensions.code, message: error.message }),
    };
  }

  /** One field of an answer; an error is thrown. */
  async field<T>(query: string, variables: object = {}): Promise<T> {
    const { data, message } = await this.ask(query, variables);
    if (message !== undefined) throw new Error(message);
    return Object.values(data ?? {})[0] as T;
  }

  async viewer(): Promise<Viewer | null> {
    return this.field<Viewer | null>(
      '{ viewer { id name email emailVerified twoFactor operator permissions organization { id name role } organizations { id name role } } }',
    );
  }

  private async send(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(`${this.app.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { cookie: this.cookie, ...this.headers, ...headers },
      ...(body !== undefined && { body }),
    });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as Graph),
    };
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (value === '' || attributes.some((each) => /max-age=0/i.test(each))) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly twoFactor: boolean;
  readonly operator: boolean;
  readonly permissions: readonly string[];
  readonly organization: { readonly id: string; readonly name: string; readonly role: string } | null;
  readonly organizations: readonly { readonly id: string; readonly name: string; readonly role: string }[];
}

/** Registers the first owner of a new installation. */
export async function firstOwner(
  app: Pick<IngestApp, 'url'>,
  headers: Record<string, string> = {},
): Promise<Browser> {
  const browser = new Browser(app, headers);
  const { status, body } = await browser.auth('sign-up/email', {
    name: 'Ada',
    email: 'ada@example.org',
    password: GOOD_PASSWORD,
    organization: 'Analytical Engines',
  });
  if (status !== 200) throw new Error(`the first owner could not register: ${JSON.stringify(body)}`);
  return browser;
}

/** Invites somebody who has no account, who registers and accepts. */
export async function joined(owner: Browser, email: string, role: string): Promise<Browser> {
  const id = await invited(owner, email, role);
  const browser = new Browser(owner.app);
  const { status, body } = await browser.auth('sign-up/email', {
    name: email.split('@')[0],
    email,
    password: GOOD_PASSWORD,
    invitation: id,
  });
  if (status !== 200) throw new Error(`${email} could not register: ${JSON.stringify(body)}`);
  await browser.field('mutation ($id: ID!) { acceptInvitation(id: $id) { id } }', { id });
  return browser;
}

/** @returns what the link holds */
export async function invited(owner: Browser, email: string, role: string): Promise<string> {
  const { link } = await owner.field<{ link: string }>(
    'mutation ($email: String!, $role: MemberRole!) { inviteMember(email: $email, role: $role) { link } }',
    { email, role },
  );
  return link.split('/').at(-1) ?? '';
}

export async function signedIn(
  app: Pick<IngestApp, 'url'>,
  email: string,
  password = GOOD_PASSWORD,
  headers: Record<string, string> = {},
): Promise<Browser> {
  const browser = new Browser(app, headers);
  const { status, body } = await browser.auth('sign-in/email', { email, password });
  if (status !== 200) throw new Error(`${email} could not sign in: ${JSON.stringify(body)}`);
  return browser;
}

export const INVITE =
  'mutation ($email: String!, $role: MemberRole!) { inviteMember(email: $email, role: $role) { invitation { id link } link } }';
export const ACCEPT = 'mutation ($id: ID!) { acceptInvitation(id: $id) { id name role } }';
export const CHANGE_ROLE =
  'mutation ($id: ID!, $role: MemberRole!) { changeMemberRole(memberId: $id, role: $role) { id role } }';
export const REMOVE = 'mutation ($id: ID!) { removeMember(memberId: $id) }';

export const memberId = async (browser: Browser, email: string): Promise<string> => {
  const members = await browser.field<{ id: string; email: string }[]>('{ members { id email } }');
  return members.find((member) => member.email === email)?.id ?? 'none';
};

/** A closed installation with its first owner and a look into its database, for the tests of a file. */
export function accountsLab() {
  const lab = {} as { app: IngestApp; owner: Browser; database: pg.Client };
  beforeAll(async () => {
    lab.app = await startIngest({ open: false });
    lab.database = new pg.Client({ connectionString: lab.app.databaseUrl });
    await lab.database.connect();
    lab.owner = await firstOwner(lab.app);
  });
  afterAll(async () => {
    await lab.database?.end();
    await lab.app?.stop();
  });
  return lab;
}
