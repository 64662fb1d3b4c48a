import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { pageLab } from './support/page-lab.js';
import { type Account, ADA, expectSound, PASSWORD, register, signIn } from './support/people-lab.js';

const lab = pageLab({ env: { TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' } });
const REFUSED = { tolerate: /status of 4\d\d/ };
const BOB: Account = { name: 'Bob', email: 'bob@example.org', password: PASSWORD };
/** Sockets are looked at every so often. */
const NOTICED = { timeout: 60_000 };

const at = (path: string) => lab.stack.url + path;
const comeBackTo = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

async function choose(page: Page, of: string, entry: string): Promise<void> {
  await page.getByRole('button', { name: `Account of ${of}` }).click();
  await page.getByRole('button', { name: entry }).click();
}

test('what another tab makes of the session, this one follows: it begins anew with what is theirs', async () => {
  for (const account of [ADA, BOB]) {
    const { page: registering, close } = await lab.visit('/register', REFUSED);
    await register(registering, account);
    await registering.getByRole('heading', { name: 'Create the first project' }).waitFor();
    await close();
  }

  const { page } = await lab.visit('/organization', REFUSED);
  await signIn(page, ADA);
  await page.locator(`[data-member="${ADA.email}"]`).waitFor();

  // Another organization: on coming back nothing of the one before stays.
  const other = await page.context().newPage();
  await other.goto(at('/organization'));
  const another = other.getByRole('region', { name: 'Another organization' });
  await another.getByLabel('Name').fill('Second');
  await other.keyboard.press('Enter');
  await other.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await comeBackTo(page);
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  expect(page.url()).toBe(at('/'));

  // An organization without projects says so wherever one would be.
  await other.goto(at('/settings'));
  await other.getByRole('heading', { name: 'No projects yet' }).waitFor();
  await other.getByRole('main').getByRole('link', { name: 'Projects' }).waitFor();
  await expectSound(other, 'settings-of-none');
  await other.goto(at('/settings?site=nowhere'));
  await other.getByRole('heading', { name: 'There is no project nowhere' }).waitFor();

  // Who stays on the page is told by the socket.
  await page.goto(at('/projects'));
  await page.getByText('Sites of Second').waitFor();
  await choose(other, ADA.name, "Ada Lovelace's organization");
  await other.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await page.waitForURL(at('/'), NOTICED);

  // Where there is none, by what is ordered on it, which is not done in the other organization.
  await page.goto(at('/organization'));
  const name = page.getByRole('form', { name: 'Name of the organization' }).getByRole('textbox');
  await name.fill('Renamed');
  await choose(other, ADA.name, 'Second');
  await other.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await name.press('Enter');
  await page.waitForURL(at('/'));
  await page.goto(at('/organization'));
  await page.getByRole('heading', { level: 1, name: 'Second' }).waitFor();

  // Another person.
  await page.goto(at('/account'));
  await page.locator('.page-title', { hasText: ADA.email }).waitFor();
  await choose(other, ADA.name, 'Sign out');
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(other, BOB);
  await other.getByRole('button', { name: 'Account of Bob' }).waitFor();
  await comeBackTo(page);
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await page.getByRole('button', { name: 'Account of Bob' }).waitFor();
  expect(page.url()).toBe(at('/'));

  // A page without a socket learns of the end from what is done on it.
  await page.goto(at('/account'));
  const profile = page.getByRole('form', { name: 'Profile' });
  await profile.getByLabel('Name').fill('Robert');
  await choose(other, BOB.name, 'Sign out');
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  await profile.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/account');
  await signIn(page, BOB);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
});
