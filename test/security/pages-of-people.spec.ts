import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { Browser, GOOD_PASSWORD, joined } from '../e2e/accounts/person.js';
import { pageLab } from '../e2e/support/page-lab.js';
import { waitFor } from '../harness/wait-for.js';
import { expectUnstruck, SCRIPTS, watched } from './support/struck.js';

const [FIRST = ''] = SCRIPTS;
const lab = pageLab({ env: { TIDEMARK_OPEN: 'false' } });
let owner: Browser;
/** Paths of pages that are for whoever has the link. */
const invitations: string[] = [];
const shared: string[] = [];

/** Every name that people give, in each of the ways that strike: one organization, site, member, key and link for each. */
beforeAll(async () => {
  owner = new Browser(lab.stack, { 'user-agent': FIRST });
  const first = { name: FIRST, email: 'ada@example.org', password: GOOD_PASSWORD, organization: FIRST };
  expect((await owner.auth('sign-up/email', first)).status).toBe(200);
  const home = (await owner.viewer())?.organization?.id;
  for (const [n, name] of SCRIPTS.entries())
    await owner.field(
      'mutation ($site: ID!, $name: String!) { createSite(siteId: $site, name: $name) { revision } }',
      {
        ...{ site: `site-${n}`, name },
      },
    );
  await waitFor(async () => (await owner.field<unknown[]>('{ sites { id } }')).length === SCRIPTS.length);
  for (const [n, name] of SCRIPTS.entries()) {
    await owner.field('mutation ($name: String!) { createOrganization(name: $name) { id } }', { name });
    const { link } = await owner.field<{ link: string }>(
      `mutation { inviteMember(email: "guest${n}@example.org", role: viewer) { link } }`,
    );
    invitations.push(new URL(link).pathname);
    await owner.field('mutation ($home: ID!) { switchOrganization(id: $home) { id } }', { home });
    const member = await joined(owner, `member${n}@example.org`, 'viewer');
    expect((await member.auth('update-user', { name })).status).toBe(200);

    await owner.field(
      'mutation ($name: String!) { createKey(siteId: "site-0", name: $name, kind: PUBLIC) { secret } }',
      { name },
    );
    const { url } = await owner.field<{ url: string }>(
      'mutation ($site: ID!, $name: String!) { createShareLink(siteId: $site, name: $name) { url } }',
      { site: `site-${n}`, name },
    );
    shared.push(url);
    await owner.field(
      'mutation ($name: String!) { createShareLink(siteId: "site-0", name: $name) { url } }',
      {
        name,
      },
    );
    await owner.field(
      `mutation ($name: String!) { addRule(siteId: "site-0", rule: { kind: EXCLUDE_USER, userId: $name }) { revision } }`,
      { name },
    );
  }
});

/** As whoever has the owner's session, or as nobody. */
async function opened(path: string, as?: Browser): Promise<Page> {
  const cookies = (as?.cookie.split('; ') ?? []).map((pair) => {
    const at = pair.indexOf('=');
    return {
      ...{ name: pair.slice(0, at), value: pair.slice(at + 1), domain: new URL(lab.stack.url).hostname },
      ...{ path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' as const },
    };
  });
  const context = { storageState: { cookies, origins: [] } };
  return (await lab.visit(path, { before: watched, context })).page;
}

/** Waits until the texts are there, as text or in a field, and then looks at what became of them. */
async function expectText(page: Page, path: string, texts: readonly string[]): Promise<void> {
  let shown = '';
  await waitFor(
    async () => {
      shown = await page.evaluate<string>(
        `document.body.textContent + [...document.querySelectorAll('input, textarea')].map(({ value }) => value).join(' ')`,
      );
      return texts.every((text) => shown.includes(text));
    },
    {
      timeout: 30_000,
      message: () => `${texts.filter((text) => !shown.includes(text)).join()} at ${path}: ${shown}`,
    },
  );
  await expectUnstruck(page, path);
}

test('S36: no name of an organization, a person, a site, a key or a link runs on the pages of those who are signed in', async () => {
  const page = await opened('/organization', owner);
  await expectText(page, '/organization', SCRIPTS);
  await page.getByRole('button', { name: /^Account of/ }).click();
  await expectText(page, 'the menu of the account', SCRIPTS);
  const places: [path: string, texts: readonly string[]][] = [
    ['/projects', SCRIPTS],
    ['/account', [FIRST]],
    ['/settings?site=site-0', SCRIPTS],
    ...SCRIPTS.map((name, n): [string, string[]] => [`/?site=site-${n}`, [name]]),
    ['/events?site=site-0', [FIRST]],
    ['/projections', [FIRST]],
  ];
  for (const [path, texts] of places) {
    await page.goto(new URL(path, lab.stack.url).href);
    await expectText(page, path, texts);
  }
});

test('S36: nor on those of whoever is invited, or has a link', async () => {
  const page = await opened(invitations[0] ?? '');
  for (const [n, name] of SCRIPTS.entries())
    for (const path of [invitations[n] ?? '', shared[n] ?? '']) {
      await page.goto(new URL(path, lab.stack.url).href);
      await expectText(page, path, [name]);
    }
});
