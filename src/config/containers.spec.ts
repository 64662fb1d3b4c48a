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
/** As somebody fills them in. */
const FILLED: Readonly<Record<string, string>> = {
  TIDEMARK_PUBLIC_URL: 'https://analytics.example.org',
  TIDEMARK_SECRET: 'b'.repeat(64),
  TIDEMARK_ADMIN_EMAIL: 'ada@example.org',
  TIDEMARK_SMTP_URL: 'smtps://mail.example.org',
  TIDEMARK_PROXY_HOPS: '1',
};
/** Settings that come with accounts and with row level security. */
const COMING = [
  'TIDEMARK_PUBLIC_URL',
  'TIDEMARK_SECRET',
  'TIDEMARK_ADMIN_EMAIL',
  'TIDEMARK_ADMIN_PASSWORD',
  'TIDEMARK_SMTP_URL',
  'TIDEMARK_MAIL_FROM',
  'DATABASE_API_URL',
];
const known = (name: string): boolean => name in variables;
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
    expect(Object.keys(environment).filter((name) => !known(name) && !COMING.includes(name))).toEqual([]);
    const filled = Object.entries(environment)
      .filter(([name]) => known(name))
      .map(([name, value]) => [
        name,
        value.replaceAll(/\$\{([^:}]+)[^}]*\}/g, (_text, variable: string) => FILLED[variable] ?? 'secret'),
      ]);
    expect(readConfig(Object.fromEntries(filled) as NodeJS.ProcessEnv)).toMatchObject({
      production: true,
      host: '0.0.0.0',
      open: false,
    });
  },
);

it('every variable of the Dockerfile is one that the configuration knows', () => {
  const set = [...text('Dockerfile').matchAll(/^ENV (\w+)=/gm)].map(([, name]) => name);
  expect(set.length).toBeGreaterThan(0);
  expect(set.filter((name) => name === undefined || !(name in variables))).toEqual([]);
});

it('everything that has to be filled in stands in the example', () => {
  const asked = new Set([...text('docker-compose.yml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
  const told = [...text('docs/production/example.env').matchAll(/^(\w+)=$/gm)].map(([, name]) => name);
  expect(told.sort()).toEqual([...asked].sort());
});

it('so does what may be', () => {
  const may = new Set([...text('docker-compose.yml').matchAll(/\$\{(\w+):-/g)].map(([, name]) => name));
  const told = [...text('docs/production/example.env').matchAll(/^# (\w+)=/gm)].map(([, name]) => name);
  expect(told.sort()).toEqual([...may].sort());
});
