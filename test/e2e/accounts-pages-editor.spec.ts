import { expect, test } from 'vitest';

import { pageLab } from './support/page-lab.js';
import { ADA, askAs, PASSWORD, register } from './support/people-lab.js';

const lab = pageLab({ env: { TIDEMARK_OPEN: 'false' } });

test('an editor changes settings without being an operator, until the role is taken: then the page says why not', async () => {
  const { page } = await lab.visit('/register');
  await register(page, ADA);
  await page.getByLabel('Name', { exact: true }).fill('Shop');
  await page.getByLabel('Site ID (optional)').fill('shop');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Send the first event of Shop' }).waitFor();
  await page.getByRole('button', { name: 'Account of Ada Lovelace' }).click();
  await page.getByRole('link', { name: 'Organization', exact: true }).click();
  const invite = page.getByRole('form', { name: 'Invite' });
  await invite.getByLabel('E-mail').fill('mary@example.org');
  await invite.getByLabel('Role').selectOption('editor');
  await page.keyboard.press('Enter');
  const link = new URL((await page.locator('.once code').textContent()) ?? '');

  const { page: mary } = await lab.visit(link.pathname);
  await mary.getByRole('link', { name: 'Register to accept' }).click();
  await register(mary, { name: 'Mary', email: 'mary@example.org', password: PASSWORD });
  await mary.getByRole('button', { name: 'Accept' }).click();
  await mary.getByRole('link', { name: 'Settings' }).click();
  const name = mary.getByLabel('As people know it; the ID stays shop');
  await name.fill('Store');
  await mary.getByRole('button', { name: 'Rename' }).click();
  await mary.getByRole('heading', { name: 'Settings of Store' }).waitFor();
  await mary.getByLabel('Path or pattern').fill('/admin/**');
  await mary.getByRole('button', { name: 'Apply at once' }).click();
  await mary.getByRole('region', { name: 'Rules' }).locator('[data-rule]').first().waitFor();
  // Of keys and of the trail she sees nothing, and of the installation neither.
  expect(await mary.getByRole('region', { name: 'Keys' }).count()).toBe(0);
  expect(await mary.getByRole('region', { name: 'Audit trail' }).count()).toBe(0);
  expect(await mary.getByRole('region', { name: 'Links that show this site' }).count()).toBe(1);

  await page.reload();
  const role = page.getByRole('combobox', { name: 'Role of Mary' });
  await role.selectOption('viewer');
  await expect
    .poll(async () => (await askAs(page, '{ members { email role } }')).data)
    .toMatchObject({ members: [{ role: 'owner' }, { email: 'mary@example.org', role: 'viewer' }] });
  await name.fill('Mine');
  await mary.getByRole('button', { name: 'Rename' }).click();
  await mary.getByText('Your role does not allow this.').waitFor();
  expect(await name.inputValue(), 'nothing typed is lost').toBe('Mine');
});
