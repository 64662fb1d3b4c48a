import { createHmac } from 'node:crypto';

import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { pageLab } from './support/page-lab.js';
import { ADA, expectSound, linkOf, PASSWORD, register, signIn } from './support/people-lab.js';

const lab = pageLab({ env: { TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' } });
/** What a browser says by itself of an answer that refuses. */
const REFUSED = { tolerate: /status of (4\d\d|503)/ };

beforeAll(async () => {
  const { page, close } = await lab.visit('/register');
  await register(page, ADA);
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await close();
});

/** Somebody of whom no other test changes anything, signed in. */
async function visitAs(name: string): Promise<{ page: Page; email: string }> {
  const { page } = await lab.visit('/register', REFUSED);
  const email = `${name.toLowerCase()}@example.org`;
  await register(page, { name, email, password: PASSWORD });
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  return { page, email };
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account of / }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

const fault = (page: Page, label: string) =>
  page.getByLabel(label, { exact: true }).evaluate((input) => {
    const note = document.getElementById(input.getAttribute('aria-describedby') ?? '');
    return { invalid: input.getAttribute('aria-invalid'), says: note?.textContent };
  });

test('sign-in by the keyboard alone, past its faults, and back to the page that was asked for', async () => {
  const { page } = await lab.visit('/organization?x=1', REFUSED);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(page.url()).search).toBe('?next=%2Forganization%3Fx%3D1');
  await expectSound(page, 'sign-in');
  expect(await page.getByLabel('E-mail').getAttribute('autocomplete')).toBe('username');
  expect(await page.getByLabel('Password', { exact: true }).getAttribute('autocomplete')).toBe(
    'current-password',
  );

  // The first field has the focus; Enter sends; faults stand at their fields and nothing moves.
  const box = () => page.locator('.door-card').boundingBox();
  const before = await box();
  await page.keyboard.press('Enter');
  await page.getByText('Give your password.').waitFor();
  expect(await fault(page, 'E-mail')).toEqual({ invalid: 'true', says: 'Give an e-mail address.' });
  expect(await box()).toEqual(before);
  await expectSound(page, 'sign-in-faults');

  await page.keyboard.type(ADA.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  expect(await page.getByLabel('E-mail').inputValue()).toBe(ADA.email);
  await page.getByLabel('Password', { exact: true }).press('ControlOrMeta+a');
  await page.keyboard.type(ADA.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: "Ada Lovelace's organization" }).waitFor();
  expect(page.url()).toBe(`${lab.stack.url}/organization?x=1`);
});

test.each(['//evil.example/x', '/\\evil.example', 'https://evil.example', '/%09/evil.example'])(
  'S42: sign-in with next=%s stays here',
  async (next) => {
    const { page } = await lab.visit(`/sign-in?next=${next.includes('%') ? next : encodeURIComponent(next)}`);
    await signIn(page, ADA);
    await page.getByRole('heading', { name: 'Create the first project' }).waitFor();
    expect(page.url()).toBe(`${lab.stack.url}/`);
  },
);

test('a second factor is set up, asked for at sign-in, and replaced by a recovery code once', async () => {
  const { page, email } = await visitAs('Turing');
  await page.goto(`${lab.stack.url}/account`);
  await expectSound(page, 'account');
  const panel = page.getByRole('region', { name: 'Second factor' });
  await panel.getByLabel('Your password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
  const secret = ((await panel.locator('.secret-text').textContent()) ?? '').replaceAll(' ', '');
  await expectSound(page, 'second-factor');
  await panel.getByLabel(/^The six digits/).fill('000000');
  await page.keyboard.press('Enter');
  await panel.getByText('This code is not right.').waitFor();
  await panel.getByLabel(/^The six digits/).fill(totp(secret));
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Recovery codes' }).waitFor();
  const codes = await page.locator('.codes li').allTextContents();
  expect(codes.length).toBeGreaterThanOrEqual(8);
  await expectSound(page, 'recovery-codes');
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await panel.getByText('On', { exact: true }).waitFor();

  // What was typed into one question is not there for the next one, and an answer on its way is waited for.
  const question = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New recovery codes' }).click();
  await question.getByLabel('Your password').fill(PASSWORD);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Turn it off' }).click();
  expect(await question.getByLabel('Your password').inputValue()).toBe('');
  let letGo = () => undefined as void;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/two-factor/disable', async (route) => {
    await held;
    await route.continue();
  });
  await question.getByLabel('Your password').fill('not the password');
  await page.keyboard.press('Enter');
  await expect.poll(() => question.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  letGo();
  await question.getByText('The password is wrong.').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();

  await signOut(page);
  await signIn(page, { email, password: PASSWORD });
  await page.getByRole('heading', { name: 'Second factor' }).waitFor();
  expect(await page.getByLabel('Code').getAttribute('autocomplete')).toBe('one-time-code');
  await expectSound(page, 'second-step');
  await page.getByLabel('Code').fill('123456');
  await page.keyboard.press('Enter');
  await page.getByText('This code is not right.').waitFor();
  await page.getByLabel('Code').fill(totp(secret));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();

  for (const expected of ['Create the first project', 'Second factor']) {
    await signOut(page);
    await signIn(page, { email, password: PASSWORD });
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: expected }).waitFor();
    if (expected === 'Second factor') await page.getByText(/not right, or was used/).waitFor();
  }
});

test('a forgotten password is replaced by the link, which works once; who was signed in is out', async () => {
  const { page, email } = await visitAs('Hamilton');
  const other = await lab.visit('/forgot', REFUSED);
  await expectSound(other.page, 'forgot');
  await other.page.getByLabel('E-mail').fill(email);
  await other.page.keyboard.press('Enter');
  await other.page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
  await expect.poll(() => lab.stack.output()).toContain('/reset?token=');
  const link = linkOf(lab, 'reset');
  await other.page.goto(lab.stack.url + link);
  await other.page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  expect(new URL(other.page.url()).search, 'the token stays in no history').toBe('');
  await expectSound(other.page, 'reset');
  await other.page.getByLabel('New password', { exact: true }).fill('short');
  await other.page.keyboard.press('Enter');
  expect((await fault(other.page, 'New password')).says).toBe('Too short: at least 8 characters.');
  await other.page.getByLabel('New password', { exact: true }).fill('another four words');
  await other.page.keyboard.press('Enter');
  await other.page.getByRole('heading', { name: 'Password changed' }).waitFor();

  // Whoever comes back to the page that was open finds the sign-in, not a broken page.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, { email, password: 'another four words' });
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();

  await other.page.goto(lab.stack.url + link);
  await other.page.getByLabel('New password', { exact: true }).fill('a third one of words');
  await other.page.keyboard.press('Enter');
  await other.page.getByText('The link is not valid any more.').waitFor();
});

test('a session that is revoked elsewhere ends here: sign-in, and on where it was, live again', async () => {
  const { page, email } = await visitAs('Liskov');
  await page.getByLabel('Name', { exact: true }).fill('Liskov');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Send the first event of Liskov' }).waitFor();
  const site = new URL(page.url()).searchParams.get('site') ?? '';
  await page.goto(`${lab.stack.url}/settings?site=${site}`);
  await page.getByText('Live', { exact: true }).waitFor();

  const other = await lab.visit('/account');
  await signIn(other.page, { email, password: PASSWORD });
  await other.page.getByRole('heading', { name: 'Your account' }).waitFor();
  await expectSound(other.page, 'sessions');
  await other.page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await other.page.getByRole('dialog').getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect
    .poll(() => other.page.locator('section[aria-labelledby=sessions-title] .line').count())
    .toBe(1);

  await page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 40_000 });
  expect(new URL(page.url()).searchParams.get('next')).toBe(`/settings?site=${site}`);
  await signIn(page, { email, password: PASSWORD });
  await page.getByRole('heading', { name: 'Settings of Liskov' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
});

test('what was changed is said to be, and the lists beside it show it', async () => {
  const { page, email } = await visitAs('Lamport');
  const other = await lab.visit('/sign-in', REFUSED);
  await signIn(other.page, { email, password: PASSWORD });
  await other.page.getByRole('heading', { name: 'Create the first project' }).waitFor();
  await page.goto(`${lab.stack.url}/account`);
  const sessions = page.getByRole('region', { name: 'Sessions' }).getByRole('listitem');
  await expect.poll(() => sessions.count()).toBe(2);
  const form = page.getByRole('form', { name: 'Password' });
  await form.getByLabel('Present password', { exact: true }).fill(PASSWORD);
  const chosen = form.getByLabel('New password', { exact: true });
  await chosen.fill('another four words');
  await form.getByRole('button', { name: 'Show: New password' }).click();
  expect(await chosen.getAttribute('type')).toBe('text');
  await form.getByRole('button', { name: 'Hide: New password' }).click();
  await form.getByRole('button', { name: 'Change the password' }).click();
  await form.getByText('Changed.').waitFor();
  await expect.poll(() => sessions.count()).toBe(1);

  // What is saved is saved, also where the page cannot look at it again.
  await page.route('**/graphql', (route) => route.fulfill({ status: 503, body: '' }));
  const profile = page.getByRole('form', { name: 'Profile' });
  await profile.getByLabel('Name').fill('Leslie');
  await profile.getByRole('button', { name: 'Save' }).click();
  await profile.getByText('Saved.').waitFor();
  await page.unroute('**/graphql');
});

test('registration says what is wrong where it is wrong, and loses nothing', async () => {
  const { page } = await lab.visit('/register', REFUSED);
  await expectSound(page, 'register');
  await register(page, { name: '', email: 'nobody', password: 'short' });
  await page.getByText('Give a name.').waitFor();
  expect(await page.getByLabel('Your name').evaluate((input) => input === document.activeElement)).toBe(true);
  expect((await fault(page, 'E-mail')).invalid).toBe('true');
  expect((await fault(page, 'Password')).says).toBe('Too short: at least 8 characters.');
  await register(page, { name: 'N', email: 'n@example.org', password: 'password1' });
  await expect.poll(async () => (await fault(page, 'Password')).invalid).toBe('true');
  expect(await page.getByLabel('E-mail').inputValue()).toBe('n@example.org');
  await register(page, { name: 'N', email: ADA.email, password: PASSWORD });
  await expect.poll(async () => (await fault(page, 'E-mail')).invalid).toBe('true');
});

/** RFC 6238, as an authenticator app has it. */
function totp(secret: string): string {
  const bits = [...secret].map((each) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', Buffer.from(bytes.map((each) => parseInt(each, 2))))
    .update(counter)
    .digest();
  const at = (hash.at(-1) ?? 0) & 0xf;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
