import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { pageLab } from './support/page-lab.js';
import { ADA, askAs, expectSound, PASSWORD, register, signIn } from './support/people-lab.js';

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
  return linkFor(page, email);
}

/** What is shown this once, to whoever has just asked for it. */
async function linkFor(page: Page, email: string): Promise<string> {
  const shown = page.getByRole('group', { name: `Link for ${email}` });
  await shown.waitFor();
  await expect.poll(() => hasFocus(shown)).toBe(true);
  return new URL((await shown.locator('code').textContent()) ?? '').pathname;
}

const hasFocus = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

async function actionsOf(page: Page): Promise<string[]> {
  const texts = await page.getByRole('region', { name: 'Trail' }).getByRole('listitem').allTextContents();
  return texts.map((text) => text.replace(/:.*/, ''));
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
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await confirm(page, 'Invite again: mallory@example.org', 'Invite again');
  expect(await linkFor(page, 'mallory@example.org')).toBe(lost);
  await expect.poll(() => line(page, 'invitation', 'mallory@example.org').count()).toBe(1);
  await confirm(page, 'Take back: mallory@example.org', 'Take back');
  await line(page, 'invitation', 'mallory@example.org').waitFor({ state: 'detached' });
  expect(await page.getByRole('group', { name: /^Link for/ }).count()).toBe(0);
  const { page: mallory } = await lab.visit(lost, REFUSED);
  await mallory.getByRole('heading', { name: 'This invitation is not valid' }).waitFor();
  await expectSound(mallory, 'invitation-not-valid');

  // Who is removed sees nothing of it, in the page that was open too; who leaves, by their own will.
  const grace = await join('Grace', await invite(page, 'grace@example.org'));
  const edith = await join('Edith', await invite(page, 'edith@example.org'));
  await page.reload();
  await line(page, 'member', 'grace@example.org').waitFor();
  await expectSound(page, 'organization-of-three');
  await confirm(page, 'Remove Grace', 'Remove');
  await line(page, 'member', 'grace@example.org').waitFor({ state: 'detached' });
  await grace.goto(`${lab.stack.url}/organization`);
  await grace.getByText('You belong to none now: make one, or ask to be invited.').waitFor();
  await expectSound(grace, 'organization-of-none');

  await edith.goto(`${lab.stack.url}/organization`);
  await confirm(edith, 'Leave Engines', 'Leave');
  await edith.waitForURL(`${lab.stack.url}/`);
  await page.reload();
  await line(page, 'member', ADA.email).waitFor();
  await expect.poll(() => page.locator('[data-member]').count()).toBe(1);

  // The last owner stays, and is told why.
  await confirm(page, 'Leave Engines', 'Leave');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  expect(await page.getByRole('dialog').getByRole('alert').textContent()).toMatch(/owner/i);
});

test('a role is changed where the keyboard is, one’s own after a question; the trail beside it follows', async () => {
  const { page } = await lab.visit('/organization', REFUSED);
  await signIn(page, ADA);
  const hopper = await join('Hopper', await invite(page, 'hopper@example.org'));
  await page.reload();

  const role = page.getByRole('combobox', { name: 'Role of Hopper' });
  await role.focus();
  await role.selectOption('admin');
  await expect.poll(async () => (await actionsOf(page))[0]).toBe('Member role changed');
  expect(await role.inputValue()).toBe('admin');
  expect(await hasFocus(role), 'the select that was used is still there').toBe(true);

  const own = page.getByRole('combobox', { name: 'Role of Ada Lovelace' });
  await own.focus();
  await own.selectOption('viewer');
  const question = page.getByRole('dialog');
  await question.getByText('Be a viewer from now on?').waitFor();
  expect(JSON.stringify(await askAs(page, '{ viewer { organization { role } } }'))).toContain('"owner"');
  await expectSound(page, 'own-role');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => own.inputValue()).toBe('owner');
  expect(await hasFocus(own)).toBe(true);
  // The server's refusal stands in the question, and nothing has changed.
  await own.selectOption('viewer');
  await question.getByRole('button', { name: 'Change my role' }).click();
  await question.getByRole('alert').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => own.inputValue()).toBe('owner');

  const name = page.getByRole('form', { name: 'Name of the organization' });
  await name.getByRole('textbox').fill('Machines');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor();
  await expect.poll(async () => (await actionsOf(page))[0]).toBe('Organization renamed');

  // Of her own organization an owner gives projects only to where she may make some.
  const { page: visitor } = await lab.visit('/sign-in', REFUSED);
  await signIn(visitor, { email: 'hopper@example.org', password: PASSWORD });
  await visitor.getByRole('button', { name: 'Account of Hopper' }).waitFor();
  await role.selectOption('viewer');
  await expect.poll(() => role.inputValue()).toBe('viewer');
  await expect
    .poll(async () => JSON.stringify(await askAs(visitor, '{ viewer { organization { role } } }')))
    .toContain('viewer');
  await askAs(visitor, 'mutation { createOrganization(name: "Compilers") { id } }');
  await askAs(visitor, 'mutation { createSite(siteId: "flow", name: "Flow") { siteId } }');
  await visitor.goto(`${lab.stack.url}/projects`);
  await visitor.getByRole('button', { name: 'Delete Flow' }).waitFor();
  expect(await visitor.getByRole('button', { name: 'Transfer Flow' }).count()).toBe(0);
  await role.selectOption('admin');
  await expect
    .poll(async () => {
      await visitor.reload();
      await visitor.getByRole('button', { name: 'Delete Flow' }).waitFor();
      return visitor.getByRole('button', { name: 'Transfer Flow' }).count();
    })
    .toBe(1);
  await hopper.close();
});

test('the trail goes back to the first change of all, and stays read when something is added', async () => {
  const { page } = await lab.visit('/organization', REFUSED);
  await signIn(page, ADA);
  await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor();
  const RENAMED = 240;
  for (let each = 0; each < RENAMED; each += 20) {
    const renames = Array.from(
      { length: 20 },
      (_, index) => `r${index}: renameOrganization(name: "Machines ${each + index}") { id }`,
    );
    expect((await askAs(page, `mutation { ${renames.join(' ')} }`)).errors).toBeUndefined();
  }
  await page.reload();
  const trail = page.getByRole('region', { name: 'Trail' });
  const earlier = trail.getByRole('button', { name: 'Show earlier ones' });
  const count = () => trail.getByRole('listitem').count();
  await expect.poll(count).toBe(10);
  for (let shown = 10; (await earlier.count()) > 0; shown = await count()) {
    await earlier.click();
    await expect.poll(count).toBeGreaterThan(shown);
  }
  const all = await actionsOf(page);
  expect(all.length).toBeGreaterThan(RENAMED);
  expect(all.filter((action) => action === 'Organization created').length).toBe(1);
  expect(all.at(-1)).toMatch(/^(Organization created|Member added)$/);

  const name = page.getByRole('form', { name: 'Name of the organization' });
  await name.getByRole('textbox').fill('Mills');
  await page.keyboard.press('Enter');
  await trail.getByText('Organization renamed: Mills').waitFor();
  await expect.poll(count).toBe(all.length + 1);
});
