import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventTypesTable } from './event-types-page.js';
import { BUILT_IN_TYPES, builtInType, isPageView } from './event-types.js';
import { decide } from './track-event.js';
import { isEventType } from './rules.js';

const rest = ['definition', 'property-fault', 'check-properties', 'read-definitions'];

it('each has a file of its own, and is in the list', () => {
  const files = readdirSync(new URL('types/', import.meta.url))
    .map((name) => name.replace(/\.ts$/, ''))
    .filter((name) => !name.endsWith('.spec') && !rest.includes(name));
  expect(BUILT_IN_TYPES.map(({ name }) => name.replaceAll('_', '-')).sort()).toEqual(files.sort());
  expect(BUILT_IN_TYPES.length).toBeGreaterThanOrEqual(20);
  expect(BUILT_IN_TYPES.filter(({ name }) => !isEventType(name))).toEqual([]);
});

it('docs/event-types.md has them all', () => {
  const cells = (text: string) => text.split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
  const page = readFileSync(new URL('../../docs/event-types.md', import.meta.url), 'utf8');
  const there = JSON.stringify(cells(page));
  const missing = cells(eventTypesTable()).filter(
    (row, i) => i !== 1 && !there.includes(JSON.stringify(row)),
  );
  expect(missing, 'run `npm run generate`').toEqual([]);
});

it('only some are views of a page', () => {
  expect(BUILT_IN_TYPES.filter(({ name }) => isPageView(name)).map(({ name }) => name)).toEqual([
    'page_view',
  ]);
  expect([isPageView('beer_poured'), builtInType('beer_poured'), builtInType('constructor')]).toEqual([
    false,
    undefined,
    undefined,
  ]);
});

const context = { receivedAt: Date.UTC(2026, 0, 31, 12), dialect: 'rest' };
const event = { siteId: 'shop', path: '/', timestamp: '2026-01-31T12:00:00Z' };

it('an event is held against what the product and its site say of its type', () => {
  const strictly = { properties: [{ name: 'shop', kind: 'text', required: true }], strict: true } as const;
  const define = (siteId: string, type: string) =>
    siteId === 'shop' && type === 'purchase' ? strictly : undefined;
  const said = (change: object) =>
    decide({ ...event, eventType: 'purchase', ...change }, context, { definitionOf: define });
  expect(said({ properties: { shop: 'a', revenue: 7 } })).toMatchObject({ accepted: true });
  expect(said({ properties: { revenue: -7 } })).toEqual({
    accepted: false,
    reason: 'invalid_properties',
    messages: [expect.stringMatching(/^properties\.revenue must/), 'properties.shop must be there (text)'],
  });
  expect(said({ siteId: 'blog', properties: { orderId: 7 } })).toMatchObject({
    accepted: true,
    warnings: ['properties.orderId must be text'],
    event: { properties: { orderId: 7 } },
  });
  expect(said({ eventType: ' purchase ', properties: { revenue: 'x' } })).toMatchObject({ accepted: false });
  expect(said({ eventType: 'beer_poured', properties: { revenue: 'x' } })).not.toHaveProperty('warnings');
});
