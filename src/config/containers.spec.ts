import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from './read-config.js';
import { variables } from './variables.js';

interface Service {
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const text = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const ours = Object.entries(compose.services).filter(([, service]) => service.build !== undefined);

it('docker-compose.yml runs an api and a projector of ours', () => {
  expect(ours.map(([, service]) => service.environment?.['TIDEMARK_ROLE']).sort()).toEqual([
    'api',
    'projector',
  ]);
});

it.each(ours)(
  'every variable of %s is one that the configuration knows, and they make a valid one',
  (_, service) => {
    const environment = service.environment ?? {};
    expect(Object.keys(environment).filter((name) => !(name in variables))).toEqual([]);
    const filled = Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{[^}]+\}/, 'secret'),
    ]);
    expect(readConfig(Object.fromEntries(filled) as NodeJS.ProcessEnv)).toMatchObject({
      production: true,
      host: '0.0.0.0',
    });
  },
);

it('every variable of the Dockerfile is one that the configuration knows', () => {
  const set = [...text('Dockerfile').matchAll(/^ENV (\w+)=/gm)].map(([, name]) => name);
  expect(set.length).toBeGreaterThan(0);
  expect(set.filter((name) => name === undefined || !(name in variables))).toEqual([]);
});
