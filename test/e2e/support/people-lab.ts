import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

import { accessibilityFaults, overflow } from '../../harness/browser.js';
import type { PageLab } from './page-lab.js';

export const PASSWORD = 'four words nobody guesses';

export interface Account {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const ADA: Account = { name: 'Ada Lovelace', email: 'ada@example.org', password: PASSWORD };

/** Fills the form of /register, wherever the page is there. */
export async function register(page: Page, { name, email, password }: Account): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  const address = page.getByLabel('E-mail');
  // Whoever is invited finds it filled in.
  if (page.url().includes('invitation')) await expect.poll(() => address.inputValue()).toBe(email);
  else await address.fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('form', { name: 'Register' }).locator('[type=submit]').click();
}

export async function signIn(page: Page, { email, password }: Omit<Account, 'name'>): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The answer of the API to the page's own session, as any script of the page could ask. */
export function askAs(
  page: Page,
  query: string,
): Promise<{ data?: Record<string, unknown> | null; errors?: { extensions: { code: string } }[] }> {
  return page.evaluate(
    `fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: ${JSON.stringify(query)} }) }).then((answer) => answer.json())`,
  );
}

/** The last link to a page of this kind that the server's log names, for who gets no mail. */
export function linkOf(lab: PageLab, door: string): string {
  const found = [...lab.stack.output().matchAll(new RegExp(`https?://[^\\s"]+(/${door}[?/][^\\s"]+)`, 'g'))];
  const path = found.at(-1)?.[1];
  if (path === undefined) throw new Error(`the log names no link to /${door}`);
  return path;
}

/** No fault for those who cannot see or use a mouse, and nothing too wide, light and dark, wide and narrow. */
export async function expectSound(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 860 });
      await expect.poll(() => overflow(page), { message: `${name} at ${width} px` }).toBe(0);
      await shoot(page, `${name}-${colorScheme}-${width}`);
    }
    expect(await accessibilityFaults(page), `${name}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['TIDEMARK_SHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Answers the question that a button asks. */
export async function answer(page: Page, button: Locator, confirm: string): Promise<void> {
  await button.click();
  await page.getByRole('dialog').getByRole('button', { name: confirm, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
