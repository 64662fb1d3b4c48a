import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { root } from '../harness/build.js';
import { PRODUCTION_NATS } from './support/production-nats.js';

interface Service {
  readonly build?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { internal?: boolean }>>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);

test('S51: only the API is reached from outside, and only from this machine', () => {
  expect(services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))).toEqual([
    'api 127.0.0.1:3000:3000',
  ]);
  expect(compose.networks['servers']).toEqual({ internal: true });
  for (const [name, { networks }] of services)
    expect(networks, name).toEqual(name === 'api' ? ['servers', 'outside'] : ['servers']);
});

test('S51: no server of the production set-up listens for leaf nodes or web sockets, which have been ways in', () => {
  expect(text(PRODUCTION_NATS)).not.toMatch(/^\s*(leafnodes?|websocket|mqtt|gateway|cluster)\b/m);
});

test('S52: every container drops all capabilities, and takes back none but PostgreSQL those of its start', () => {
  for (const [name, service] of services) {
    expect(service.cap_drop, name).toEqual(['ALL']);
    expect(service.security_opt, name).toEqual(['no-new-privileges:true']);
    expect(service.cap_add ?? [], name).toEqual(
      name === 'postgres' ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] : [],
    );
  }
});

test('S52: ours run as no root, on a file system that they cannot write', () => {
  expect(text('Dockerfile')).toMatch(/^USER 1000:1000$/m);
  expect(
    text('Dockerfile')
      .match(/^(RUN|USER|CMD)/gm)
      ?.at(-1),
  ).toBe('CMD');
  for (const [name, { user, read_only, volumes = [], tmpfs }] of ours) {
    expect([user, read_only, volumes], name).toEqual(['1000:1000', true, []]);
    expect(tmpfs, name).toEqual(['/tmp', '/data:uid=1000,gid=1000,mode=0700']);
  }
  expect(text('Dockerfile')).toMatch(/COPY --from=build --chown=root:root \/app\/dist/);
});

test('S52: no role has the password of another one, and the projector no secret of sessions', () => {
  expect(compose.services['projector']?.environment).not.toHaveProperty('TIDEMARK_SECRET');
  const passwords = (name: string) =>
    [...JSON.stringify(compose.services[name]?.environment).matchAll(/\$\{(\w+PASSWORD)/g)].map((m) => m[1]);
  expect(new Set(passwords('api'))).toEqual(
    new Set([
      'DATABASE_OWNER_PASSWORD',
      'DATABASE_API_PASSWORD',
      'NATS_API_PASSWORD',
      'TIDEMARK_ADMIN_PASSWORD',
    ]),
  );
  expect(new Set(passwords('projector'))).toEqual(
    new Set(['DATABASE_OWNER_PASSWORD', 'NATS_PROJECTOR_PASSWORD']),
  );
  for (const [name, { environment }] of services)
    for (const [key, value] of Object.entries(environment ?? {}))
      if (/PASSWORD|SECRET/.test(key)) expect(value, `${name} ${key}`).toMatch(/^"?\$\{\w+:(\?[^}]+|-)\}"?$/);
});
