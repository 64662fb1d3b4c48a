import { customEventType } from '#events/event-types.js';
import { describe, expect, it } from 'vitest';
import { defineProjection } from './define.js';
import { distinct, first, min, sum } from './measures.js';

const base = {
  name: 'example',
  version: 1,
  keys: { day: 'date', path: 'text' },
  measures: { views: sum('bigint'), visitors: distinct('uuid') },
} as const;

describe('defineProjection', () => {
  it('takes what fits', () => {
    const p = defineProjection({
      ...base,
      events: ['page_view', customEventType('beer_poured')],
      indexes: [{ columns: ['path', 'day'] }],
      project: (event) => {
        if (event.type === 'beer_poured') return [];
        return event.type === 'page_view'
          ? [
              { day: '2026-01-01', path: '/', views: 1n },
              { day: '2026-01-01', path: '/', visitors: event.visitorId },
            ]
          : [];
      },
    });
    expect(p).toMatchObject({ name: 'example', version: 1, indexes: [{ columns: ['path', 'day'] }] });
  });

  it('refuses at compile time: event types, columns, measures, values', () => {
    // @ts-expect-error a type that does not ship needs customEventType
    defineProjection({ ...base, events: ['pageview'], project: () => [] });
    defineProjection({
      ...base,
      events: ['page_view'],
      // @ts-expect-error it listens to page views alone
      project: (event) => (event.type === 'purchase' ? [] : []),
    });
    // @ts-expect-error a key column is missing
    defineProjection({ ...base, events: 'all', project: () => [{ day: '2026-01-01' }] });
    // @ts-expect-error no such measure
    defineProjection({ ...base, events: 'all', project: () => [{ day: '2026-01-01', path: '/', view: 1 }] });
    defineProjection({
      ...base,
      events: 'all',
      // @ts-expect-error a measure of another type
      project: () => [{ day: '2026-01-01', path: '/', views: '1' }],
    });
    // @ts-expect-error a key of another type
    defineProjection({ ...base, events: 'all', project: () => [{ day: 20260101, path: '/' }] });
    // @ts-expect-error an index on a column that is not there
    defineProjection({ ...base, events: 'all', indexes: [{ columns: ['url'] }], project: () => [] });
    // @ts-expect-error 1.0 and 1 are one key to PostgreSQL and two in memory
    defineProjection({ ...base, events: 'all', keys: { price: 'numeric' }, project: () => [] });
    // @ts-expect-error a sum of floats depends on their order
    sum('double precision');
    // @ts-expect-error the least text depends on the collation
    min('text');
    expect.assertions(0);
  });

  it.each([
    ['camel-case table', { name: 'topPaths' }],
    ['a column in snake case', { keys: { the_day: 'date' } }],
    ['the row set', { keys: { rowSet: 'int' } }],
    ['two columns of one name', { keys: { day: 'date' }, measures: { day: sum('int') } }],
    ['a column that `first` adds', { keys: { titleAt: 'date' }, measures: { title: first('text') } }],
    ['a name that PostgreSQL would cut', { name: 'a'.repeat(50) }],
    ['an empty index', { indexes: [{ columns: [] }] }],
    ['a table without columns', { keys: {}, measures: {} }],
  ] as const)('refuses when loaded: %s', (_, change) => {
    expect(() => defineProjection({ ...base, events: 'all', project: () => [] as never, ...change })).toThrow(
      /^Projection /,
    );
  });
});
