import { expect, test } from 'vitest';

import { waitForFigures } from './support/dashboard.js';
import { pageLab } from './support/page-lab.js';
import { ADA, askAs, expectSound, PASSWORD, register } from './support/people-lab.js';

const lab = pageLab({ env: { TIDEMARK_OPEN: 'false' } });

test('from an empty database to an invited viewer who sees a chart and is refused a change', async () => {
  // Whoever comes first on this machine creates the owner.
  const { page } = await lab.visit('/settings?site=shop');
  await page.getByRole('heading', { name: 'Create the first account' }).waitFor();
  await expectSound(page, 'first-account');
  await register(page, ADA);

  // An empty organization begins with a project, and that with its key.
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await expectSound(page, 'first-project');
  await page.getByLabel('Name', { exact: true }).fill('Shop');
  await page.getByLabel('Site ID (optional)').fill('shop');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Send the first event of Shop' }).waitFor();
  const key = (await page.locator('[data-secret]').textContent()) ?? '';
  expect(key).toMatch(/^pk_[A-Za-z0-9]{30,}$/);
  await page.getByText(`data-key="${key}"`).waitFor();
  await page.getByText(`authorization: Bearer ${key}`).waitFor();
  await expectSound(page, 'first-event');

  // An event with it, from wherever: the page notices it and shows the chart.
  const event = { eventType: 'page_view', path: '/hello', timestamp: new Date().toISOString() };
  const send = (authorization?: string) =>
    fetch(`${lab.stack.url}/api/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify({ siteId: 'shop', ...event }),
    });
  expect((await send()).status).toBe(401);
  expect((await send(`Bearer ${key}`)).status).toBe(202);
  await waitForFigures(page, { pageViews: 1 });
  await page
    .getByRole('img', { name: /Page views/ })
    .first()
    .waitFor();
  await expectSound(page, 'figures');

  // A viewer is invited: without a mail server the page has the link.
  await page.getByRole('button', { name: 'Account of Ada Lovelace' }).click();
  await page.getByRole('link', { name: 'Organization', exact: true }).click();
  await page.getByRole('form', { name: 'Invite' }).getByLabel('E-mail').fill('grace@example.org');
  await page.keyboard.press('Enter');
  const link = await page.locator('.once code').textContent();
  expect(link).toContain('/invitation/');
  await page.locator('[data-invitation="grace@example.org"]').waitFor();
  await expectSound(page, 'organization');

  // She opens it in a browser of her own, registers and accepts.
  const grace = await lab.visit(new URL(link ?? '').pathname);
  await grace.page.getByRole('heading', { name: /^Join / }).waitFor();
  await grace.page.getByText(/Ada Lovelace invites grace@example.org as viewer/).waitFor();
  await expectSound(grace.page, 'invitation');
  await grace.page.getByRole('link', { name: 'Register to accept' }).click();
  const address = grace.page.getByLabel('E-mail');
  await expect.poll(() => address.inputValue()).toBe('grace@example.org');
  expect(await address.isEditable(), 'no other address may accept it').toBe(false);
  await register(grace.page, { name: 'Grace Hopper', email: 'grace@example.org', password: PASSWORD });
  await grace.page.getByRole('button', { name: 'Accept' }).click();

  // She sees the chart, and no way to what she may not do.
  await grace.page.getByRole('heading', { name: 'Shop', level: 1 }).waitFor();
  await waitForFigures(grace.page, { pageViews: 1 });
  expect(await grace.page.getByRole('link', { name: 'Settings' }).count()).toBe(0);
  expect(await grace.page.getByRole('link', { name: 'Events' }).count()).toBe(0);

  // By the address she sees the settings, and cannot change them.
  await grace.page.goto(`${lab.stack.url}/settings?site=shop`);
  await grace.page.getByText('You see these settings, and may not change them.').waitFor();
  const name = grace.page.getByLabel('As people know it; the ID stays shop');
  await name.waitFor();
  expect(await name.isDisabled()).toBe(true);
  expect(await grace.page.getByRole('button', { name: 'Rename' }).isDisabled()).toBe(true);
  expect(await grace.page.getByRole('region', { name: 'Keys' }).count()).toBe(0);
  await expectSound(grace.page, 'settings-of-a-viewer');

  // Nor past the page.
  const refused = await askAs(
    grace.page,
    'mutation { renameSite(siteId: "shop", name: "Mine") { changed } }',
  );
  expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const seen = await askAs(grace.page, '{ site(id: "shop") { name } }');
  expect(seen.data).toEqual({ site: { name: 'Shop' } });
});
