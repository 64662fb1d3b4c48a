import { readFileSync } from 'node:fs';

import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';

import { rootFields } from './walls.js';
import { ANONYMOUS, LOCAL } from '#access/actor.js';
import { accessTable } from '#access/access-page.js';
import { mayOne } from '#access/needs.js';
import { permissions } from '#access/permissions.js';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

test.each(rootFields(schema).map(({ name, description }) => [name, description] as const))(
  '%s says which permissions it needs',
  (_, description) => {
    const said = /Needs: (.*)\.$/.exec(description ?? '')?.[1]?.split(' or ') ?? [];
    expect(said.length).toBeGreaterThan(0);
    expect([...Object.keys(permissions), 'public', 'signed-in', 'operate']).toEqual(
      expect.arrayContaining(said),
    );
  },
);

test('what says nothing is refused to all', () => {
  expect(mayOne(LOCAL, [])).toBe(false);
  expect(mayOne(ANONYMOUS, [])).toBe(false);
});

test('docs/access.md has the table that the doors ask', () => {
  const page = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
  const cells = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.replace(/\s*\|\s*/g, '|'));
  expect(cells(page.split('<!-- end -->')[0] ?? '')).toEqual(cells(accessTable()));
});
