import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from './read-config.js';
import { variables } from './variables.js';

interface Service {
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const text = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
/** As somebody fills in what has to be. */
const FILLED: Readonly<Record<string, string>> = {
  POSTGRES_PASSWORD: 'secret',
  DATABASE_OWNER_PASSWORD: 'secret',
  DATABASE_API_PASSWORD: 'secret',
  NATS_API_PASSWORD: 'secret',
  NATS_PROJECTOR_PASSWORD: 'secret',
  TIDEMARK_PUBLIC_URL: 'https://analytics.example.org',
  TIDEMARK_SECRET: 'b'.repeat(64),
};
/** And what may be. */
const ALL: Readonly<Record<string, string>> = {
  ...FILLED,
  TIDEMARK_ADMIN_EMAIL: 'ada@example.org',
  TIDEMARK_ADMIN_PASSWORD: 'four words nobody guesses',
  TIDEMARK_SMTP_URL: 'smtps://mail.example.org',
  TIDEMARK_MAIL_FROM: 'stats@example.org',
  TIDEMARK_SIGN_UP: 'open',
  TIDEMARK_OIDC_ISSUER: 'https://login.example.org',
  TIDEMARK_OIDC_CLIENT_ID: 'tidemark',
  TIDEMARK_OIDC_CLIENT_SECRET: 'secret',
  TIDEMARK_OIDC_NAME: 'Example',
  TIDEMARK_PROXY_HOPS: '0',
};
const ours = Object.entries(compose.services).filter(([, service]) => service.build !== undefined);

it('docker-compose.yml runs an api and a projector of ours', () => {
  expect(ours.map(([, service]) => service.environment?.['TIDEMARK_ROLE']).sort()).toEqual([
    'api',
    'projector',
  ]);
});

describe.each(ours)('the variables of %s', (_, service) => {
  const environment = service.environment ?? {};

  it('are those that the configuration knows', () => {
    expect(Object.keys(environment).filter((name) => !(name in variables))).toEqual([]);
  });

  it.each([
    ['what has to be', FILLED],
    ['all that may be', ALL],
  ])('make a valid configuration of %s', (_what, env) => {
    const read = readConfig(
      Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filled(value, env)])),
    );
    expect(read).toMatchObject({ production: true, host: '0.0.0.0', open: false });
    if (read.role !== 'api') return;
    expect(read.accounts.publicUrl).toBe(env['TIDEMARK_PUBLIC_URL']);
    expect(read.proxyHops).toBe(env === ALL ? 0 : 1);
    expect([read.accounts.admin, read.accounts.mail, read.accounts.oidc].map(Boolean)).toEqual(
      Array.from({ length: 3 }, () => env === ALL),
    );
  });
});

/** As compose does it. */
function filled(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_text, name: string, kind: string, rest: string) => {
    const value = env[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} is not filled in`);
    return value;
  });
}

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
