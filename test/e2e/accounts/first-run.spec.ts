import { statSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createLogger } from '#telemetry/logger.js';

import { runCommand, startCommand, startStack, type Stack } from '../../harness/stack.js';
import { waitFor } from '../../harness/wait-for.js';
import { GOOD, post, startIngest } from '../support/ingest-app.js';
import { Browser, GOOD_PASSWORD, signedIn } from './person.js';

let stack: Stack;
beforeAll(async () => {
  // As it was while it was open: a site with events, and nobody's.
  stack = await startStack({ web: true });
  expect((await post(`${stack.url}/api/event`, { ...GOOD, siteId: 'before' })).status).toBe(202);
  await waitFor(async () => (await new Browser(stack).field<unknown[]>('{ sites { id } }')).length > 0, {
    message: 'the site',
  });
  const { dataDir } = stack;
  await stack.kill('SIGTERM');
  const { url } = stack;
  stack = await startStack({
    dataDir,
    port: Number(new URL(url).port),
    web: true,
    env: { TIDEMARK_OPEN: 'false' },
  });
});
afterAll(() => stack?.stop());

const ada = { name: 'Ada', email: 'ada@example.org', password: GOOD_PASSWORD };
const SET_UP = '{ setUp { open firstOwner mail signOn signUp } }';

test('the secret of an installation is its own, and for its owner’s eyes', () => {
  const { mode, size } = statSync(join(stack.dataDir, 'secret'));
  expect(mode & 0o777).toBe(0o600);
  expect(size).toBeGreaterThan(32);
});

describe('S22: the first owner', () => {
  test('is awaited from this machine alone', async () => {
    const here = { open: false, firstOwner: true, mail: false, signOn: null, signUp: false };
    expect(await new Browser(stack).field(SET_UP)).toEqual(here);
    for (const headers of [{ 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }] as Record<
      string,
      string
    >[]) {
      const far = new Browser(stack, headers);
      expect(await far.field(SET_UP)).toEqual({ ...here, firstOwner: false });
      expect(await far.auth('sign-up/email', ada)).toMatchObject({
        status: 403,
        body: { code: 'FIRST_OWNER_ON_THIS_MACHINE' },
      });
    }
  });

  test('is not awaited where settings say that others reach the dashboard, whoever seems to sit at the machine', async () => {
    const lines: string[] = [];
    const logger = createLogger(
      { level: 'info', format: 'json' },
      { write: (line) => void lines.push(line) },
    );
    const app = await startIngest({
      open: false,
      logger,
      accounts: { publicUrl: 'https://stats.example.org' },
    });
    try {
      expect(await new Browser(app).field(SET_UP)).toMatchObject({ firstOwner: false });
      expect(await new Browser(app).auth('sign-up/email', ada)).toMatchObject({
        status: 403,
        body: { code: 'FIRST_OWNER_ON_THIS_MACHINE' },
      });
      expect(lines.join('')).toContain('Nobody has an account yet: set TIDEMARK_ADMIN_EMAIL');
    } finally {
      await app.stop();
    }
    expect(stack.output()).toContain('Nobody has an account yet: open http://');
  });

  test('is one, however many register at the same moment', async () => {
    const people = Array.from({ length: 5 }, (_, i) => ({
      ...ada,
      email: i === 0 ? ada.email : `ada${i}@example.org`,
    }));
    const answers = await Promise.all(
      people.map((person) => new Browser(stack).auth('sign-up/email', person)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { stdout } = await runCommand(stack.dataDir, 'user', 'list');
    expect(stdout.match(/@example\.org/g)).toHaveLength(1);
    // Whoever it was: the tests go on as Ada.
    const winner = people[answers.findIndex(({ status }) => status === 200)];
    if (winner && winner.email !== ada.email) {
      await runCommand(
        stack.dataDir,
        'user',
        'add',
        ada.email,
        '--organization',
        "Ada's organization",
        '--role',
        'owner',
        '--operator',
      );
      await password(ada.email, GOOD_PASSWORD);
    }
  });

  test('is not awaited any more', async () => {
    expect(await new Browser(stack).field(SET_UP)).toMatchObject({ firstOwner: false });
    expect(
      await new Browser(stack).auth('sign-up/email', { ...ada, email: 'eve@example.org' }),
    ).toMatchObject({
      status: 410,
      body: { code: 'INVITED_ONLY', statusCode: 410 },
    });
  });

  test('has the sites that were nobody’s', async () => {
    const browser = await signedIn(stack, ada.email);
    expect(await browser.field('{ auditTrail(first: 1) { action actor siteId } }')).toEqual([
      { action: 'SiteTransferred', actor: 'local-operator', siteId: 'before' },
    ]);
  });
});

/** Through the command line, which reads it from its standard input. */
async function password(
  email: string,
  wanted: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = startCommand(stack.dataDir, ['user', 'password', email, '--password-stdin']);
  command.child.stdin?.end(`${wanted}\n`);
  return command.done;
}

describe('the command line', () => {
  test('adds somebody to an organization, with a password that is shown once', async () => {
    const added = await runCommand(
      stack.dataDir,
      'user',
      'add',
      'Grace@Example.org',
      '--name',
      'Grace',
      '--organization',
      "Ada's organization",
      '--role',
      'editor',
    );
    expect(added.code, added.stderr).toBe(0);
    const made = /shown this once: (\S+)/.exec(added.stdout)?.[1] ?? '';
    const grace = await signedIn(stack, 'grace@example.org', made);
    expect(await grace.viewer()).toMatchObject({
      name: 'Grace',
      operator: false,
      organization: { role: 'editor' },
    });
    const twice = await runCommand(stack.dataDir, 'user', 'add', 'grace@example.org');
    expect([twice.code, twice.stderr]).toEqual([
      1,
      'There is somebody with the address grace@example.org already.\n',
    ]);
  });

  test('gives a new password, which ends all sessions', async () => {
    await password('grace@example.org', 'four words of hers');
    const grace = await signedIn(stack, 'grace@example.org', 'four words of hers');
    const changed = await password('grace@example.org', 'four other words');
    expect(changed.stdout).not.toContain('four other words');
    expect(await grace.viewer()).toBeNull();
    await signedIn(stack, 'grace@example.org', 'four other words');
    expect((await password('grace@example.org', 'password')).stderr).toContain('tried first');
  });

  test('makes operators, and removes people but the last owner', async () => {
    const grace = await signedIn(stack, 'grace@example.org', 'four other words');
    await runCommand(stack.dataDir, 'user', 'operator', 'grace@example.org');
    expect(await grace.viewer()).toMatchObject({ operator: true });
    await runCommand(stack.dataDir, 'user', 'operator', 'grace@example.org', '--revoke');
    expect(await grace.viewer()).toMatchObject({ operator: false });
    expect((await runCommand(stack.dataDir, 'user', 'remove', 'grace@example.org')).code).toBe(0);
    expect(await grace.viewer()).toBeNull();
    expect((await runCommand(stack.dataDir, 'user', 'remove', 'nobody@example.org')).code).toBe(1);
    const last = await runCommand(stack.dataDir, 'user', 'remove', ada.email);
    expect([last.code, last.stderr]).toEqual([1, expect.stringContaining('user add <email> --organization')]);
  });
});

test('S32: what was secret here stands in no line of the log', () => {
  const output = stack.output();
  for (const secret of [GOOD_PASSWORD, 'four other words', 'four words of hers', 'tidemark_session'])
    expect(output).not.toContain(secret);
});
