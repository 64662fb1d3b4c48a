import { readFileSync, readdirSync } from 'node:fs';
import { renderSql } from '#projection/render-sql.js';
import { expect, it } from 'vitest';
import { projections } from './index.js';

const folder = new URL('sql/', import.meta.url);

it.each(projections)('$name.sql is what the definition gives (else: npm run generate)', (projection) => {
  expect(readFileSync(new URL(`${projection.name}.sql`, folder), 'utf8')).toBe(renderSql(projection));
});

it('every committed text belongs to a projection', () => {
  expect(readdirSync(folder).sort()).toEqual(projections.map(({ name }) => `${name}.sql`).sort());
});
