import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { root } from '../harness/build.js';

const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const rows = [...page.matchAll(/^\| (S\d\d) +\| (.+?) +\| (.+?) +\|$/gm)].map(
  ([, no = '', what = '', by = '']) => ({ no, what, by }),
);
/** Without their comments. */
const specs = ['test/security', 'test/e2e', 'test/laws', 'src', 'web/src'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => join(folder, name))
    .map((name) => ({
      name,
      text: readFileSync(join(root, name), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, ''),
    })),
);
/** What a test or a group of tests begins with, also one that is made of a table: its own or its table's bracket, and its name. */
const BEGINS = String.raw`(?:\b(?:test|it|describe)|\))\(\s*['"\`]`;

it('docs/security.md has a row for each of the 55 checks', () => {
  expect(rows.map(({ no }) => no)).toEqual(
    Array.from({ length: 55 }, (_, i) => `S${String(i + 1).padStart(2, '0')}`),
  );
});

describe('what a row says holds its check', () => {
  it.each(rows)('$no: $what', ({ no, by }) => {
    const named = [...by.matchAll(/[\w/-]+\.spec\.ts/g)].map(([name]) =>
      name.includes('/') ? name : `test/security/${name}`,
    );
    for (const name of named) expect(existsSync(join(root, name)), name).toBe(true);
    const carrying = specs
      .filter(({ text }) => new RegExp(`${BEGINS}(S\\d\\d, )*${no}\\b`).test(text))
      .map(({ name }) => name);
    expect(named.sort(), `specs with tests called ${no}`).toEqual(carrying.sort());
    if (!by.startsWith('does not apply: ')) expect(carrying, `specs with tests called ${no}`).not.toEqual([]);
  });
});

it('none of them is left out', () => {
  const leftOut = specs.filter(
    ({ text }) =>
      new RegExp(`${BEGINS}S\\d\\d\\b`).test(text) &&
      /\b(test|it|describe)(\.\w+)*\.(skip|todo|only)\b/.test(text),
  );
  expect(leftOut.map(({ name }) => name)).toEqual([]);
});
