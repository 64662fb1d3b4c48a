import { ESLint, Linter } from 'eslint';
import { beforeAll, expect, it } from 'vitest';

let rules: Linter.RulesRecord;
beforeAll(async () => {
  const config = (await new ESLint().calculateConfigForFile('src/access/key.ts')) as Linter.Config;
  rules = { 'no-restricted-syntax': config.rules?.['no-restricted-syntax'] ?? 'off' };
});

const faults = (code: string): number => new Linter().verify(code, { rules }).length;

it.each([
  'a = secret === given',
  'a = given !== key.hash',
  'a = session.token == given',
  'if (stored.passwordHash === hash) b()',
])('S31: what ends early on a secret is a fault of the lint: %s', (code) => {
  expect(faults(code)).toBeGreaterThan(0);
});

it.each([
  'a = token === undefined',
  "a = secret !== ''",
  'a = map.get(hash)',
  'a = name === other',
  'a = null == token',
])('what guesses nothing is none: %s', (code) => {
  expect(faults(code)).toBe(0);
});
