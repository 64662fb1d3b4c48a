import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { waitForFigures } from './support/dashboard.js';
import { expectRoomyHeader } from './support/header-boxes.js';
import { pageLab } from './support/page-lab.js';
import { ADA, answer, askAs, expectSound, register, signIn } from './support/people-lab.js';

const lab = pageLab({ env: { TIDEMARK_OPEN: 'false' } });
const REFUSED = { tolerate: /status of 4\d\d/ };

beforeAll(async () => {
  const { page, close } = await lab.visit('/register');
  await register(page, ADA);
  await page.getByLabel('Name', { exact: true }).fill('Shop');
  await page.getByLabel('Site ID (optional)').fill('shop');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Send the first event of Shop' }).waitFor();
  await close();
});

async function visit(path: string): Promise<Page> {
  const { page } = await lab.visit(path, REFUSED);
  await signIn(page, ADA);
  await page.getByRole('button', { name: /^Account of/ }).waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const project = (page: Page, id: string) => page.locator(`[data-project="${id}"]`);

const send = (key: string, path: string) =>
  fetch(`${lab.stack.url}/api/event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      siteId: 'shop',
      eventType: 'page_view',
      path,
      timestamp: new Date().toISOString(),
    }),
  });

test('a project is created, archived, brought back, deleted, kept, and given to another organization', async () => {
  const page = await visit('/projects');
  await page.getByLabel('Name', { exact: true }).fill('Blog');
  await page.getByLabel('Site ID (optional)').fill('not a good one');
  await page.keyboard.press('Enter');
  await page.getByText('Letters, digits, - and _, up to 64; or leave it empty.').waitFor();
  await page.getByLabel('Site ID (optional)').fill('blog');
  await page.keyboard.press('Enter');
  await project(page, 'blog').waitFor();
  await expectSound(page, 'projects');

  await answer(page, page.getByRole('button', { name: 'Archive Blog' }), 'Archive');
  await project(page, 'blog').waitFor({ state: 'detached' });
  // Its figures and settings stay, and say so.
  await page.getByRole('button', { name: 'Show 1 archived' }).click();
  await project(page, 'blog').getByRole('link', { name: 'Blog', exact: true }).click();
  await page.getByRole('heading', { name: 'Blog', level: 1 }).waitFor();
  await page.getByText('They are refused while it is archived.').waitFor();
  const picker = page.getByRole('combobox', { name: 'Site' });
  expect(await picker.locator('option').allTextContents()).toEqual(['Shop', 'Blog (archived)']);
  await expectSound(page, 'archived');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings of Blog' }).waitFor();
  await page.goto(`${lab.stack.url}/projects`);
  await page.getByRole('button', { name: 'Show 1 archived' }).click();
  await answer(page, page.getByRole('button', { name: 'Bring back Blog' }), 'Bring back');
  await page.getByRole('button', { name: 'Archive Blog' }).waitFor();

  // Not by a slip: its name has to be typed.
  await page.getByRole('button', { name: 'Delete Blog' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog.getByText('Type Blog to say that you mean it.').waitFor();
  expect((await dialog.boundingBox())?.width).toBeGreaterThan(0);
  await dialog.getByRole('textbox').fill('Blog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Delete Blog' }).click();
  expect(await dialog.getByRole('textbox').inputValue(), 'the next question begins anew').toBe('');
  await dialog.getByRole('textbox').fill('Blog');
  await page.keyboard.press('Enter');
  await project(page, 'blog')
    .getByText(/^to be deleted .*\d:\d\d/)
    .waitFor();
  await expectSound(page, 'projects-to-be-deleted');
  await page.getByRole('button', { name: 'Keep it: Blog' }).click();
  await page.getByRole('button', { name: 'Delete Blog' }).waitFor();

  // Another organization, and back: each shows its own alone.
  await page.goto(`${lab.stack.url}/organization`);
  const another = page.getByRole('region', { name: 'Another organization' });
  await another.getByLabel('Name').fill('Second');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await expectSound(page, 'account-menu');
  await page.getByRole('button', { name: /Ada Lovelace's organization/ }).click();
  await page.getByRole('combobox', { name: 'Site' }).waitFor();
  await page.goto(`${lab.stack.url}/projects`);
  await answer(page, page.getByRole('button', { name: 'Transfer Blog' }), 'Transfer');
  await project(page, 'blog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: /Second/ }).click();
  await page.getByRole('heading', { name: 'Send the first event of Blog' }).waitFor();
  // With nothing but archived ones an organization does not begin anew.
  await page.goto(`${lab.stack.url}/projects`);
  await answer(page, page.getByRole('button', { name: 'Archive Blog' }), 'Archive');
  await page.getByText('None but archived ones.').waitFor();
  await page.goto(lab.stack.url);
  await page.getByRole('heading', { name: 'Blog', level: 1 }).waitFor();
  await page.getByText('They are refused while it is archived.').waitFor();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: /Ada Lovelace's organization/ }).click();
  await page.getByRole('combobox', { name: 'Site' }).waitFor();
});

test('the first project and its key are made once, however slow the line is and however often one presses', async () => {
  const { page } = await lab.visit('/organization', {
    // A proxy that lets no socket through: nothing is pushed.
    before: (opened) => opened.routeWebSocket('**/graphql', (socket) => void socket.close()),
    tolerate: /status of 4\d\d|WebSocket/,
  });
  await signIn(page, ADA);

  // The form stays shut until the next page is there.
  const another = page.getByRole('form', { name: 'Another organization' });
  await another.getByLabel('Name').fill('Third');
  let left = false;
  // No content: the browser goes nowhere, as while it waits for a slow line.
  await page.route(`${lab.stack.url}/`, (route) => {
    left = true;
    return route.fulfill({ status: 204 });
  });
  await page.keyboard.press('Enter');
  await expect.poll(() => left).toBe(true);
  expect(await another.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true);
  await page.unroute(`${lab.stack.url}/`);
  await page.goto(lab.stack.url);

  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Lone');
  await page.getByLabel('Site ID (optional)').fill('lone');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Send the first event of Lone' }).waitFor();
  await page.getByRole('group', { name: 'Public key' }).waitFor();
  const keysOf = async (site: string) =>
    (await askAs(page, `{ keys(siteId: "${site}") { id } }`)).data?.['keys'];
  expect(await keysOf('lone')).toHaveLength(1);
  expect((await askAs(page, '{ sites { id } }')).data).toEqual({ sites: [{ id: 'lone' }] });

  // The same for a project that has no key yet, and for the event sent from here.
  await askAs(page, 'mutation { createSite(siteId: "second", name: "Second one") { siteId } }');
  await expect.poll(async () => JSON.stringify(await askAs(page, '{ sites { id } }'))).toContain('"second"');
  await page.goto(`${lab.stack.url}/?site=second`);
  await page.getByRole('button', { name: 'Make a public key' }).dblclick();
  const shown = page.getByRole('group', { name: 'Public key' });
  await shown.waitFor();
  await expect.poll(() => shown.evaluate((box) => box === document.activeElement)).toBe(true);
  expect(await keysOf('second')).toHaveLength(1);
  let sent = 0;
  await page.route('**/api/event', async (route) => {
    sent++;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  await page.getByRole('button', { name: 'Send one from here' }).dblclick();
  await page.getByText(/^Stored/).waitFor();
  expect(sent).toBe(1);
  await page.goto(`${lab.stack.url}/`);
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: /Ada Lovelace's organization/ }).click();
  await page.getByRole('combobox', { name: 'Site' }).waitFor();
});

test.each(['/?site=shop', '/events?site=shop', '/settings?site=shop', '/account'])(
  'of %s with accounts: no control of the header lies on another, however wide the window',
  async (path) => {
    const page = await visit(path);
    await expectRoomyHeader(page, 4, path.replaceAll(/\W+/g, '-'));
  },
);

test('a key is shown once, rotated and revoked; origins and event types stand beside it', async () => {
  const page = await visit('/settings?site=shop');
  const keys = page.getByRole('region', { name: 'Keys' });
  const form = page.getByRole('form', { name: 'New key' });
  await form.getByRole('button', { name: 'Create a key' }).click();
  await form.getByText('Give a name, such as where it is used.').waitFor();
  await form.getByLabel('Name').fill('Import');
  await form.getByLabel('Kind').selectOption('SECRET');
  await form.getByLabel('Read figures').check();
  await form.getByLabel('Works').selectOption('90');
  await form.getByRole('button', { name: 'Create a key' }).click();
  const made = page.getByRole('group', { name: 'Key Import' });
  const first = (await made.locator('[data-secret]').textContent()) ?? '';
  expect(first).toMatch(/^sk_/);
  expect(await made.evaluate((box) => box === document.activeElement)).toBe(true);
  await expectSound(page, 'settings-keys');
  await made.getByRole('button', { name: 'I have kept it' }).click();
  expect(await page.content()).not.toContain(first);
  const line = keys.locator('[data-key="Import"]');
  await line.getByText(/write, read/).waitFor();
  expect((await send(first, '/import')).status).toBe(202);

  await keys.getByRole('button', { name: 'Rotate Import' }).click();
  await page.getByRole('dialog').getByLabel('The old one ends').selectOption('1');
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
  await expect
    .poll(() =>
      page.getByRole('group', { name: 'Key Import' }).evaluate((box) => box === document.activeElement),
    )
    .toBe(true);
  const second =
    (await page.getByRole('group', { name: 'Key Import' }).locator('[data-secret]').textContent()) ?? '';
  expect(second).toMatch(/^sk_/);
  expect((await send(first, '/old')).status).toBe(202);
  expect((await send(second, '/new')).status).toBe(202);
  await expect.poll(() => line.count()).toBe(2);
  await answer(page, line.last().getByRole('button', { name: 'Revoke Import' }), 'Revoke');
  await expect.poll(() => line.count()).toBe(1);
  await expect.poll(async () => (await send(second, '/new')).status).toBe(401);
  await keys.getByRole('button', { name: 'Show 1 old' }).click();
  await keys.getByText('revoked', { exact: true }).waitFor();

  // From which pages public keys may send.
  const origins = page.getByRole('region', { name: 'Allowed origins' });
  await origins.getByRole('textbox').fill('shop.example');
  await origins.getByRole('button', { name: 'Save' }).click();
  await origins
    .getByText(/https:\/\//)
    .last()
    .waitFor();
  await origins.getByRole('textbox').fill('https://shop.example\nhttps://www.shop.example');
  await origins.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(() => origins.getByRole('button', { name: 'Save' }).isDisabled(), { timeout: 20_000 })
    .toBe(true);
  await page.reload();
  expect(await origins.getByRole('textbox').inputValue()).toBe(
    'https://shop.example\nhttps://www.shop.example',
  );

  // What was seen and not described is one step from a description.
  await page.locator('[data-seen=page_view]').getByText('3 seen').waitFor();
  await page.getByRole('button', { name: 'Describe page_view' }).click();
  await page.getByLabel('What it means').fill('A page was looked at');
  await page.keyboard.press('Enter');
  await page.locator('[data-type=page_view]').getByText('3 seen').waitFor();
});

test('a link shows the figures of one site, to look at, with its password, until it is revoked', async () => {
  const page = await visit('/settings?site=shop');
  const form = page.getByRole('form', { name: 'New link' });
  await form.getByLabel('Name').fill('Board');
  await form.getByLabel('Password (optional)').fill('open sesame now');
  await form.getByRole('button', { name: 'Create a link' }).click();
  const links = page.getByRole('region', { name: 'Links that show this site' });
  const made = page.getByRole('group', { name: 'Link Board' });
  const url = new URL((await made.locator('code').textContent()) ?? '');
  expect(await made.evaluate((box) => box === document.activeElement)).toBe(true);
  expect(url.origin).toBe(lab.stack.url);

  const { page: guest } = await lab.visit(url.pathname, REFUSED);
  await guest.getByRole('heading', { name: 'This link needs a password' }).waitFor();
  await expectSound(guest, 'share-password');
  await guest.getByLabel('Password', { exact: true }).fill('not this one');
  await guest.keyboard.press('Enter');
  await guest.getByRole('heading', { name: 'That did not open it' }).waitFor();
  await guest.getByLabel('Password', { exact: true }).fill('open sesame now');
  await guest.keyboard.press('Enter');
  await guest.getByRole('heading', { name: 'Shop', level: 1 }).waitFor();
  await guest.getByText('Live', { exact: true }).waitFor();
  await expectSound(guest, 'shared');
  expect(await guest.getByRole('link', { name: /Settings|Events/ }).count()).toBe(0);
  await waitForFigures(guest, { pageViews: 3 });

  // What is archived is still shown.
  const { page: archiving } = await lab.visit('/projects', REFUSED);
  await signIn(archiving, ADA);
  await answer(archiving, archiving.getByRole('button', { name: 'Archive Shop' }), 'Archive');
  const { page: later } = await lab.visit(url.pathname, REFUSED);
  await later.getByLabel('Password', { exact: true }).fill('open sesame now');
  await later.keyboard.press('Enter');
  await later.getByRole('heading', { name: 'Shop', level: 1 }).waitFor();
  await waitForFigures(later, { pageViews: 3 });

  // Whoever has it open is told of its end by the next question, or by the socket.
  await answer(page, links.getByRole('button', { name: 'Revoke the link Board' }), 'Revoke');
  await later.getByRole('button', { name: 'Last 7 days' }).click();
  for (const shown of [later, guest])
    await shown.getByRole('heading', { name: 'This link shows nothing' }).waitFor({ timeout: 60_000 });
  expect(await page.getByRole('group', { name: 'Link Board' }).count(), 'a link of no use any more').toBe(0);
  await guest.reload();
  await guest.getByRole('heading', { name: 'This link needs a password' }).waitFor();
});
