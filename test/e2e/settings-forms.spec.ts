import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { PROPERTY_KINDS } from '#events/types/definition.js';

import { accessibilityFaults, overflow, type openPage } from '../harness/browser.js';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';
import { GOOD, post } from './support/ingest-app.js';
import { order } from './support/operator-page.js';
import { pageLab } from './support/page-lab.js';

const lab = pageLab();
const visit = (o?: Parameters<typeof openPage>[2]) => lab.visit('/settings?site=shop', o);

beforeAll(async () => {
  await ask(lab.stack, `mutation { createSite(siteId: "shop") { revision } }`);
});

const types = (page: Page) => page.getByRole('region', { name: 'Event types' });
const visitors = (page: Page) => page.getByRole('form', { name: 'Visitors' });

async function site(): Promise<Record<string, unknown>> {
  const query = `{ site(id: "shop") { visitors { identity signals } eventTypes { name description strict properties { name kind required } } } }`;
  return ((await ask(lab.stack, query)).data?.['site'] ?? {}) as Record<string, unknown>;
}

test('how visitors are known again is chosen, and holds for the next event', async () => {
  const { page } = await visit();
  const save = visitors(page).getByRole('button', { name: 'Save' });
  await save.waitFor();
  expect(await save.isDisabled()).toBe(true);
  expect(await visitors(page).getByLabel('For good').isChecked()).toBe(true);

  // By keyboard alone.
  await visitors(page).getByLabel('For good').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await waitFor(async () => {
    expect((await site())['visitors']).toEqual({ identity: 'cookieless', signals: 'ignored' });
    return true;
  });
  const answer = await post(`${lab.stack.url}/api/event`, { ...GOOD, visitorId: 'known-for-good' });
  expect(answer.status).toBe(202);
  expect(answer.body?.['visitorId']).not.toBe('known-for-good');
  await waitFor(() => save.isDisabled());
  await page.getByRole('region', { name: 'Changes of the settings' }).getByText('cookieless').waitFor();
});

test('an event type is described with its properties, edited and taken back', async () => {
  const { page } = await visit();
  await types(page).getByText('None is described yet').waitFor();
  const form = page.getByRole('form', { name: 'Event type' });
  await form.getByRole('button', { name: 'Add a property' }).click();
  await form.getByRole('button', { name: 'Add a property' }).click();
  expect(await form.getByLabel('Kind of property 1').locator('option').allInnerTexts()).toEqual([
    ...PROPERTY_KINDS,
  ]);

  // Each fault stands at its field, and nothing that was typed is lost.
  await form.getByLabel('Event type').fill('x'.repeat(101));
  await form.getByLabel('What it means').fill('A plan was ordered');
  await form.getByLabel('Name of property 1').fill('plan');
  await form.getByLabel('Name of property 2').fill('plan');
  await form.getByLabel('Required, property 1').check();
  await form.getByRole('button', { name: 'Save' }).click();
  await form
    .getByText(/^eventType must be/)
    .first()
    .waitFor();
  expect(await form.getByLabel('Event type').getAttribute('aria-invalid')).toBe('true');
  await form.getByLabel('Event type').fill('order');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('properties[1].name must not be there twice').first().waitFor();
  expect(await form.getByLabel('Name of property 2').getAttribute('aria-invalid')).toBe('true');
  expect(await accessibilityFaults(page)).toEqual([]);
  await form.getByLabel('Name of property 2').fill('seats');
  await form.getByLabel('Kind of property 2').selectOption('integer');
  await form.getByLabel(/^Strict/).check();
  await form.getByRole('button', { name: 'Save' }).click();
  const line = types(page).getByRole('listitem').filter({ hasText: 'A plan was ordered' });
  await line.getByText('plan: text, required, seats: integer').waitFor();
  expect((await site())['eventTypes']).toEqual([
    {
      name: 'order',
      description: 'A plan was ordered',
      strict: true,
      properties: [
        { name: 'plan', kind: 'text', required: true },
        { name: 'seats', kind: 'integer', required: false },
      ],
    },
  ]);
  const refused = await post(`${lab.stack.url}/api/event`, { ...GOOD, eventType: 'order' });
  expect(refused.body?.['message']).toEqual([expect.stringContaining('plan')]);

  await line.getByRole('button', { name: 'Edit order' }).click();
  expect(await form.getByLabel('Name of property 2').inputValue()).toBe('seats');
  await form.getByRole('button', { name: 'Remove property 1' }).click();
  await form.getByLabel(/^Strict/).uncheck();
  await form.getByRole('button', { name: 'Save' }).click();
  await line.getByText('A plan was ordered · seats: integer').waitFor();
  await form.getByText('Describe an event type').waitFor();
  expect(await form.getByLabel('Event type').inputValue()).toBe('');
  expect((await post(`${lab.stack.url}/api/event`, { ...GOOD, eventType: 'order' })).status).toBe(202);

  await order(page, 'Take back: order', 'Take back');
  await types(page).getByText('None is described yet').waitFor();
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.each([1440, 360])('%s px wide: accessible, and nothing is cut off', async (width) => {
    await ask(
      lab.stack,
      `mutation { defineEventType(siteId: "shop", eventType: "a_type_with_a_long_name_indeed", description: "What it means",
        properties: [{ name: "plan", kind: "text", required: true }], strict: true) { revision } }`,
    );
    const { page } = await visit({ context: { colorScheme, viewport: { width, height: 1100 } } });
    await types(page).getByRole('button', { name: 'Edit a_type' }).click();
    await page.getByRole('button', { name: 'Add a property' }).click();
    await visitors(page).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    if (process.env['TIDEMARK_SHOTS'])
      await page.screenshot({
        path: `${process.env['TIDEMARK_SHOTS']}/forms-${colorScheme}-${width}.png`,
        fullPage: true,
      });
  });
});
