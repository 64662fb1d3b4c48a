import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { pageLab } from './support/page-lab.js';
import { ADA, expectSound, PASSWORD, register } from './support/people-lab.js';

const lab = pageLab({ env: { TIDEMARK_OPEN: 'false' } });
const REFUSED = { tolerate: /status of 4\d\d/ };

const line = (page: Page, attribute: 'member' | 'invitation', email: string) =>
  page.locator(`[data-${attribute}="${email}"]`);

async function confirm(page: Page, button: string, answer: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: answer, exact: true }).click();
}

/** @returns where the link of the invitation leads */
async function invite(page: Page, email: string): Promise<string> {
  await page.getByRole('form', { name: 'Invite' }).getByLabel('E-mail').fill(email);
  await page.keyboard.press('Enter');
  await line(page, 'invitation', email).waitFor();
  await page.locator('.once', { hasText: email }).waitFor();
  return new URL((await page.locator('.once code').textContent()) ?? '').pathname;
}

async function join(name: string, link: string): Promise<Page> {
  const { page } = await lab.visit(link, REFUSED);
  await page.getByRole('link', { name: 'Register to accept' }).click();
  await register(page, { name, email: `${name.toLowerCase()}@example.org`, password: PASSWORD });
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('button', { name: `Account of ${name}` }).waitFor();
  return page;
}

test('an organization is renamed, an invitation taken back, one member removed, and another leaves', async () => {
  const { page } = await lab.visit('/register', REFUSED);
  await register(page, ADA);
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await page.goto(`${lab.stack.url}/organization`);

  const name = page.getByRole('form', { name: 'Name of the organization' });
  await name.getByRole('textbox').fill(' ');
  await page.keyboard.press('Enter');
  await name.getByText('Give a name.').waitFor();
  await name.getByRole('textbox').fill('Engines');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Engines' }).waitFor();

  // An invitation that was taken back lets nobody in.
  const lost = await invite(page, 'mallory@example.org');
  await confirm(page, 'Take back: mallory@example.org', 'Take back');
  await line(page, 'invitation', 'mallory@example.org').waitFor({ state: 'detached' });
  const { page: mallory } = await lab.visit(lost, REFUSED);
  await mallory.getByRole('heading', { name: 'This invitation is not valid' }).waitFor();
  await expectSound(mallory, 'invitation-not-valid');

  // Who is removed sees nothing of it, in the page that is open too; who leaves, by their own will.
  const grace = await join('Grace', await invite(page, 'grace@example.org'));
  const edith = await join('Edith', await invite(page, 'edith@example.org'));
  await page.reload();
  await line(page, 'member', 'grace@example.org').waitFor();
  await expectSound(page, 'organization-of-three');
  await confirm(page, 'Remove Grace', 'Remove');
  await line(page, 'member', 'grace@example.org').waitFor({ state: 'detached' });
  // Sockets are looked at every so often.
  const none = grace.getByRole('heading', { name: 'You belong to no organization' });
  await none.waitFor({ timeout: 60_000 });
  await expectSound(grace, 'organization-of-none');
  for (const path of ['/?site=shop', '/events', '/settings', '/projects', '/organization']) {
    await grace.goto(lab.stack.url + path);
    await none.waitFor();
    await grace.getByRole('region', { name: 'New organization' }).waitFor();
  }
  await grace.goto(`${lab.stack.url}/projections`);
  await grace.getByText('Ask whoever looks after this installation.').waitFor();

  await edith.goto(`${lab.stack.url}/organization`);
  await confirm(edith, 'Leave Engines', 'Leave');
  await edith.waitForURL(`${lab.stack.url}/`);
  await edith.getByRole('heading', { name: 'You belong to no organization' }).waitFor();
  await page.reload();
  await line(page, 'member', ADA.email).waitFor();
  await expect.poll(() => page.locator('[data-member]').count()).toBe(1);

  // The last owner stays, and is told why.
  await confirm(page, 'Leave Engines', 'Leave');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  expect(await page.getByRole('dialog').getByRole('alert').textContent()).toMatch(/owner/i);
});
