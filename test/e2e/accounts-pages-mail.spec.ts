import { afterAll, expect, test } from 'vitest';

import { startOidcProvider } from './accounts/oidc-provider.js';
import { openMailbox } from './support/mailbox.js';
import { pageLab } from './support/page-lab.js';
import { ADA, expectSound, PASSWORD, register, signIn } from './support/people-lab.js';

// By mail, and by the provider of sign-on: both lead out of the page and back.
const mailbox = await openMailbox();
const provider = await startOidcProvider();
afterAll(async () => {
  await mailbox.close();
  await provider.stop();
});
const lab = pageLab({
  env: {
    TIDEMARK_OPEN: 'false',
    TIDEMARK_SIGN_UP: 'open',
    TIDEMARK_SMTP_URL: mailbox.smtpUrl,
    TIDEMARK_MAIL_FROM: 'Tidemark <stats@example.org>',
    TIDEMARK_OIDC_ISSUER: provider.issuer,
    TIDEMARK_OIDC_CLIENT_ID: provider.clientId,
    TIDEMARK_OIDC_CLIENT_SECRET: provider.clientSecret,
    TIDEMARK_OIDC_NAME: 'Example Ltd.',
  },
});
/** What a browser says of a refusal, and the way to the provider. */
const REFUSED = { tolerate: /status of (4\d\d|503)|\/authorize\?/ };

test('who registers confirms the address by the mail that comes, once, and signs in then', async () => {
  // The first owner is whoever has this machine: nothing has to be proven.
  const first = await lab.visit('/register');
  await register(first.page, ADA);
  await first.page.getByRole('heading', { name: 'Create the first project' }).waitFor();

  const { page } = await lab.visit('/register', REFUSED);
  const grace = { name: 'Grace Hopper', email: 'grace@example.org', password: PASSWORD };
  await register(page, grace);
  await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
  await expectSound(page, 'look-into-your-mail');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, grace);
  await page.getByText(/confirm/i).waitFor();

  const link = await mailbox.link(grace.email);
  expect(link.origin, 'a mail leads to where people reach the dashboard').toBe(new URL(lab.stack.url).origin);
  // The link is kept while the API is away: it is in no address any more.
  await page.route('**/verify-email?*', (route) => route.fulfill({ status: 503, body: '' }));
  await page.goto(link.href);
  await page.getByRole('heading', { name: 'Not confirmed yet' }).waitFor();
  await expectSound(page, 'not-confirmed-yet');
  await page.unroute('**/verify-email?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Address confirmed' }).waitFor();
  expect(new URL(page.url()).search, 'the token stays in no history').toBe('');
  await expectSound(page, 'address-confirmed');
  await page.getByRole('link', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, grace);
  await page.getByRole('heading', { name: 'Create the first project' }).waitFor();

  await page.goto(`${lab.stack.url}/verify?token=none`);
  await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
  await page.getByRole('link', { name: 'Your account' }).waitFor();
  await expectSound(page, 'link-not-valid');
});

test('an invitation comes by mail, and the provider lets in whom it is for, and nobody whose address it does not vouch for', async () => {
  const owner = await lab.visit('/organization');
  await signIn(owner.page, ADA);
  const before = mailbox.arrived.length;
  await owner.page.getByRole('form', { name: 'Invite' }).getByLabel('E-mail').fill('vera@example.org');
  await owner.page.keyboard.press('Enter');
  await owner.page.getByText(/A mail with the link is on its way to/).waitFor();
  const invitation = await mailbox.link('vera@example.org', before);

  const { page } = await lab.visit(`/sign-in?next=${encodeURIComponent(invitation.pathname)}`, REFUSED);
  const button = page.getByRole('button', { name: 'Sign in with Example Ltd.' });
  provider.claims = { sub: 'v', email: 'vera@example.org', email_verified: false, name: 'Vera' };
  await button.click();
  await page.getByText('Example Ltd. does not say that your e-mail address is yours.').waitFor();
  expect(new URL(page.url()).origin).toBe(new URL(lab.stack.url).origin);
  await expectSound(page, 'sign-on-refused');

  provider.claims = { ...provider.claims, email_verified: true };
  await page.goto(`${lab.stack.url}/sign-in?next=${encodeURIComponent(invitation.pathname)}`);
  await button.click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('button', { name: 'Account of Vera' }).waitFor();
  await page.goto(`${lab.stack.url}/organization`);
  await page.getByText('You are a viewer of it.').waitFor();
});
