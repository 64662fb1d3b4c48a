import { describe, expect, it } from 'vitest';
import { builtInType } from '../event-types.js';
import { checkProperties } from './check-properties.js';
import { PROPERTY_KINDS, type EventTypeDefinition, type PropertyKind } from './definition.js';
import { readDefinitions } from './read-definitions.js';

const fine = { refused: [], warnings: [] };
const of = (kind: PropertyKind, value: unknown) =>
  checkProperties({ properties: [{ name: 'p', kind }], strict: true }, { p: value }).refused;

const AMOUNT = (rest: string, example: string) =>
  `must be an amount from 0 to below 1,000,000,000,000 ${rest}, as a number or as text such as "${example}"`;

describe('a property', () => {
  it.each<[PropertyKind, unknown[], unknown[], string]>([
    ['text', ['', 'x'], [1, true, {}, []], 'must be text'],
    ['number', [0, -1.5, 1e300], ['1', true, {}], 'must be a number'],
    ['integer', [0, -7], [1.5, '1', 2 ** 60], 'must be a whole number'],
    ['boolean', [true, false], [0, 'true'], 'must be true or false'],
    ['currency', ['EUR', 'jpy'], ['EURO', 'XXQ', 7], 'must be a currency of ISO 4217, such as "EUR"'],
    ['list', [[], [1]], [{}, 'x'], 'must be a list'],
    ['object', [{}], [[], 'x', 1], 'must be an object'],
    [
      'time',
      ['2026-01-31T12:00:00Z'],
      ['2026-01-31', 1769860800],
      'must be an ISO 8601 date and time with a zone, such as "2026-01-31T12:00:00Z"',
    ],
    [
      'amount',
      [0, 12, 12.5, 0.1 + 0.2, 1.1 * 3, '12', '12.50', 999_999_999_999, 999_999_999_999.99],
      ['12,50', '1e3', -1, '-1', 1e12, 12.345, 12.3999, '12.345', NaN, {}, ' 12'],
      AMOUNT('with at most 2 decimals', '12.5'),
    ],
  ])('of the kind %s', (kind, good, bad, words) => {
    for (const value of good) expect(of(kind, value), JSON.stringify(value)).toEqual([]);
    for (const value of bad)
      expect(of(kind, value), JSON.stringify(value)).toEqual([`properties.p ${words}`]);
  });

  it('is looked at for every kind there is', () => {
    for (const kind of PROPERTY_KINDS) expect(of(kind, Symbol())).toHaveLength(1);
  });

  it('that is null is not there', () => {
    const type: EventTypeDefinition = {
      properties: [
        { name: 'plan', kind: 'text', required: true },
        { name: 'seats', kind: 'integer' },
      ],
    };
    expect(checkProperties(type, { plan: 'pro', seats: null, other: 1 })).toEqual(fine);
    expect(checkProperties(type, { plan: null })).toEqual({
      refused: [],
      warnings: ['properties.plan must be there (text)'],
    });
    // Of an object's prototype nothing is a property.
    const inherited = { properties: [{ name: 'constructor', kind: 'text', required: true } as const] };
    expect(checkProperties(inherited, {}).warnings).toEqual(['properties.constructor must be there (text)']);
  });
});

describe('an event type', () => {
  const purchase = builtInType('purchase') as EventTypeDefinition;

  it('counts amounts as their currency does', () => {
    expect(checkProperties(purchase, { revenue: 1200, currency: 'JPY' })).toEqual(fine);
    expect(checkProperties(purchase, { revenue: 1.234, currency: 'KWD' })).toEqual(fine);
    for (const revenue of [12.5, 1.999])
      expect(checkProperties(purchase, { revenue, currency: 'JPY' }).refused).toEqual([
        `properties.revenue ${AMOUNT('without decimals', '12')}`,
      ]);
  });

  it('refuses wrong money, and warns of anything else unless it is strict', () => {
    expect(checkProperties(purchase, { revenue: '12,50', currency: 'euro', orderId: 7 })).toEqual({
      refused: [
        `properties.revenue ${AMOUNT('with at most 2 decimals', '12.5')}`,
        'properties.currency must be a currency of ISO 4217, such as "EUR"',
      ],
      warnings: ['properties.orderId must be text'],
    });
    expect(checkProperties({ ...purchase, strict: true }, { orderId: 7 }).refused).toHaveLength(1);
  });

  it('has bounds of its numbers', () => {
    const engagement = builtInType('engagement') as EventTypeDefinition;
    expect(checkProperties(engagement, { engagedMs: 0, scrollDepth: 100 })).toEqual(fine);
    expect(checkProperties(engagement, { engagedMs: -1, scrollDepth: 101 }).warnings).toEqual([
      'properties.engagedMs must be at least 0',
      'properties.scrollDepth must be from 0 to 100',
    ]);
  });
});

describe('what a site says of an event type', () => {
  it('is read as it is', () => {
    const properties = [
      { name: 'plan', kind: 'text', required: true },
      { name: 'seats', kind: 'integer' },
    ];
    expect(readDefinitions(properties)).toEqual({ valid: true, properties });
    expect(readDefinitions([{ name: 'seats', kind: 'integer', required: null, from: 3 }])).toEqual({
      valid: true,
      properties: [{ name: 'seats', kind: 'integer' }],
    });
  });

  it.each([
    [{}, 'properties must be a list of {name, kind, required}'],
    [
      Array.from({ length: 101 }, (_, i) => ({ name: `p${i}`, kind: 'text' })),
      'properties must be at most 100 properties',
    ],
    [['x'], 'properties[0] must be an object: {name, kind, required}'],
    [
      [{ name: '', kind: 'text' }],
      'properties[0].name must be 1 to 128 printable characters, and not __proto__',
    ],
    [
      [{ name: '__proto__', kind: 'text' }],
      'properties[0].name must be 1 to 128 printable characters, and not __proto__',
    ],
    [
      [{ name: 'a\u202e', kind: 'text' }],
      'properties[0].name must be 1 to 128 printable characters, and not __proto__',
    ],
    [
      [
        { name: 'a', kind: 'text' },
        { name: 'a', kind: 'text' },
      ],
      'properties[1].name must not be there twice',
    ],
    [[{ name: 'a', kind: 'date' }], `properties[0].kind must be one of ${PROPERTY_KINDS.join(', ')}`],
    [[{ name: 'a', kind: 'text', required: 'yes' }], 'properties[0].required must be true or false'],
  ])('is refused where it is unfit: %j', (input, message) => {
    expect(readDefinitions(input)).toMatchObject({ valid: false, faults: [{ message }] });
  });
});
