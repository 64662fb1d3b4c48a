import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configurationPage } from './configuration-page.js';
import { readConfig } from './read-config.js';
import { StartupError } from './startup-error.js';
import { variables } from './variables.js';

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://tidemark:hunter2@db.example.org/tidemark',
  NATS_URL: 'nats://nats.example.org:4222',
};

function faults(env: Record<string, string>): string {
  try {
    readConfig(env, { terminal: false });
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    return (error as StartupError).message;
  }
  return 'no fault';
}

test('an empty environment starts everything here, on loopback', () => {
  expect(readConfig({}, { terminal: true })).toEqual({
    production: false,
    role: 'all',
    apiProcesses: 1,
    host: '127.0.0.1',
    port: 3000,
    proxyHops: 0,
    countryHeader: undefined,
    rateLimitSite: undefined,
    rateLimitAddress: undefined,
    dataDir: `${process.cwd()}/.tidemark`,
    databaseUrl: undefined,
    databaseReplicaUrl: undefined,
    natsUrl: undefined,
    natsMonitorUrl: undefined,
    partitions: undefined,
    projectors: Math.min(availableParallelism(), 4),
    logReplicas: undefined,
    rebuildShare: 0.5,
    acceptUnsynced: false,
    open: false,
    accounts: {
      publicUrl: 'http://127.0.0.1:3000',
      secret: undefined,
      signUp: 'invited',
      admin: undefined,
      mail: undefined,
      oidc: undefined,
    },
    verifyEvery: 86_400_000,
    logLevel: 'info',
    logFormat: 'pretty',
  });
});

test('an empty variable is an unset one', () => {
  expect(readConfig({ PORT: '', TIDEMARK_ROLE: ' ' }, { terminal: false })).toMatchObject({
    port: 3000,
    role: 'all',
  });
});

test.each<[string, string, RegExp]>([
  ['PORT', '0', /^ {2}- PORT: "0" is not a whole number from 1 to 65535\. Example: PORT=3000$/m],
  ['PORT', '3000x', /"3000x"/],
  ['PORT', '1e3', /"1e3"/],
  ['TIDEMARK_PROXY_HOPS', '11', /0 to 10/],
  ['TIDEMARK_RATE_LIMIT_SITE', '0', /"0" is neither off nor a whole number from 1 to 100000/],
  ['TIDEMARK_RATE_LIMIT_ADDRESS', '5/s', /neither off nor/],
  ['TIDEMARK_COUNTRY_HEADER', 'CF IPCountry', /not the name of a header/],
  ['HOST', 'http://x', /neither an address nor a host name/],
  ['TIDEMARK_ROLE', 'reader', /"reader" is not one of all, api, projector/],
  ['TIDEMARK_PARTITIONS', '65', /1 to 64/],
  ['TIDEMARK_API_PROCESSES', '0', /1 to 32/],
  ['TIDEMARK_ACCEPT_UNSYNCED', 'yes', /neither true nor false/],
  ['TIDEMARK_OPEN', '1', /neither true nor false/],
  ['TIDEMARK_VERIFY_EVERY', '5min', /neither off nor a time of at least 10min/],
  ['TIDEMARK_VERIFY_EVERY', 'daily', /neither off nor a time/],
  ['TIDEMARK_LOG_LEVEL', 'verbose', /trace, debug, info/],
  ['TIDEMARK_LOG_FORMAT', 'xml', /pretty, json/],
  ['DATABASE_URL', 'mysql://db/x', /starts with mysql:\/\/ and not with postgres:\/\//],
  ['DATABASE_URL', 'postgres://db.example.org', /names no database/],
  ['NATS_URL', 'nats.example.org', /not a URL/],
  ['NATS_URL', 'nats://a:4222,http://b:4222', /starts with http:/],
  ['NATS_MONITOR_URL', 'nats://a:4222', /starts with nats:/],
])('%s=%s is refused, naming the variable, the fault and an example', (name, value, message) => {
  expect(faults({ [name]: value })).toMatch(message);
  expect(faults({ [name]: value })).toMatch(new RegExp(`- ${name}: .*Example: ${name}=`));
});

test.each([
  ['off', undefined],
  ['90min', 5_400_000],
  ['2d', 172_800_000],
])('TIDEMARK_VERIFY_EVERY=%s', (text, milliseconds) => {
  expect(readConfig({ TIDEMARK_VERIFY_EVERY: text }).verifyEvery).toBe(milliseconds);
});

test('every example in the table is accepted', () => {
  for (const [name, { example }] of Object.entries(variables)) {
    if (name === 'NODE_ENV') continue;
    // A replica is one of something.
    const DATABASE_URL = variables.DATABASE_URL.example;
    // Several processes answer for role `api` alone.
    const TIDEMARK_ROLE = 'api';
    // Whom nothing lets in from elsewhere may listen on any address.
    const TIDEMARK_OPEN = 'false';
    const DATABASE_API_URL = variables.DATABASE_API_URL.example;
    const named = { DATABASE_URL, DATABASE_API_URL, TIDEMARK_ROLE, TIDEMARK_OPEN };
    const set = { ...named, ...partners(name), [name]: example };
    expect(faults(set)).toBe('no fault');
  }
});

/** What belongs together is set together: whoever mails, who owns, who vouches. */
function partners(name: string): Record<string, string> {
  const group = /^TIDEMARK_(ADMIN|SMTP|MAIL|OIDC)_/.exec(name)?.[1]?.replace('MAIL', 'SMTP');
  const names = Object.entries(variables).filter(([other]) =>
    group === 'SMTP' ? /^TIDEMARK_(SMTP|MAIL)_/.test(other) : other.startsWith(`TIDEMARK_${group}_`),
  );
  return group === undefined ? {} : Object.fromEntries(names.map(([other, { example }]) => [other, example]));
}

test('role api may answer in several processes, the others in one', () => {
  expect(readConfig({ TIDEMARK_ROLE: 'api' }).apiProcesses).toBe(1);
  expect(readConfig({ TIDEMARK_ROLE: 'api', TIDEMARK_API_PROCESSES: '8' }).apiProcesses).toBe(8);
  for (const TIDEMARK_ROLE of ['all', 'projector'])
    expect(faults({ TIDEMARK_ROLE, TIDEMARK_API_PROCESSES: '2' })).toMatch(
      new RegExp(`TIDEMARK_API_PROCESSES: role ${TIDEMARK_ROLE} answers in one process.*TIDEMARK_ROLE=api`),
    );
});

test('all faults come at once', () => {
  expect(faults({ PORT: 'x', TIDEMARK_ROLE: 'y', NATS_URL: 'z' }).split('\n')).toHaveLength(4);
});

test('a password is never repeated', () => {
  for (const url of [
    'postgres://u:hunter2@',
    'http://u:hunter2@h/d',
    'u:hunter2@h/d',
    'postgres://u:hunter2@h:99999/d',
  ])
    expect(faults({ DATABASE_URL: url })).not.toContain('hunter2');
});

test('a misspelt setting is refused, with the name that was probably meant', () => {
  expect(faults({ TIDEMARK_PARTITION: '8' })).toContain('Did you mean TIDEMARK_PARTITIONS?');
  expect(faults({ TIDEMARK_COLOUR: 'blue' })).toMatch(
    /TIDEMARK_COLOUR: there is no such setting.*TIDEMARK_ROLE/,
  );
});

describe('HOST while nobody signs in', () => {
  test.each(['0.0.0.0', '::', '192.0.2.7', 'tidemark.example.org', '127.example.org'])(
    '%s is refused',
    (HOST) => {
      expect(faults({ HOST, TIDEMARK_OPEN: 'true' })).toMatch(
        /HOST: .*TIDEMARK_OPEN=true.*TIDEMARK_OPEN=false/,
      );
      expect(readConfig({ HOST, TIDEMARK_OPEN: 'false' }).host).toBe(HOST);
    },
  );
  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s is fine', (HOST) => {
    expect(readConfig({ HOST, TIDEMARK_OPEN: 'true' }).host).toBe(HOST);
  });
});

describe('in production', () => {
  test('servers of its own are needed', () => {
    expect(readConfig({ ...production, TIDEMARK_OPEN: 'true' }, { terminal: true })).toMatchObject({
      production: true,
      logFormat: 'json',
    });
    const message = faults({ NODE_ENV: 'production' });
    expect(message).toMatch(/DATABASE_URL: must be set/);
    expect(message).toMatch(/NATS_URL: must be set/);
  });

  test.each([
    ['DATABASE_URL', 'postgres://u:hunter2@localhost/x'],
    ['DATABASE_URL', 'postgres://[::1]/x'],
    ['NATS_URL', 'nats://nats.example.org:4222,nats://127.0.0.1:4222'],
    ['NATS_MONITOR_URL', 'http://127.0.0.1:8222'],
  ])('%s=%s is refused', (name, value) => {
    expect(faults({ ...production, [name]: value })).toMatch(new RegExp(`${name}: .* is this machine`));
    expect(faults({ ...production, [name]: value })).not.toContain('hunter2');
  });
});

test('docs/configuration.md is the table of variables', () => {
  const page = new URL('../../docs/configuration.md', import.meta.url);
  expect(readFileSync(page, 'utf8'), 'run `npm run generate`').toBe(configurationPage());
});

test('in production, whoever lets people sign in names a secret and an address', () => {
  const closed = { ...production, TIDEMARK_OPEN: 'false' };
  expect(faults(closed)).toMatch(/TIDEMARK_SECRET: must be set[\s\S]+TIDEMARK_PUBLIC_URL: must be set/);
  expect(faults({ ...closed, TIDEMARK_SECRET: 'short' })).toContain(
    'it has 5 characters and needs at least 32',
  );
  const { accounts } = readConfig({
    ...closed,
    DATABASE_API_URL: 'postgres://tidemark_web:hunter2@db.example.org/tidemark',
    TIDEMARK_SECRET: 's'.repeat(32),
    TIDEMARK_PUBLIC_URL: 'https://stats.example.org/',
  });
  expect(accounts).toMatchObject({ publicUrl: 'https://stats.example.org', signUp: 'invited' });
  expect(faults(closed)).toMatch(/DATABASE_API_URL: must be set[\s\S]+CREATE ROLE tidemark_web/);
});

test('a command of the command line needs nothing that only lets people in', () => {
  expect(readConfig(production, { serves: false }).accounts.secret).toBeUndefined();
});

test.each([
  ['0.0.0.0', 'http://localhost:3000'],
  ['::', 'http://localhost:3000'],
  ['::1', 'http://[::1]:3000'],
  ['192.0.2.7', 'http://192.0.2.7:3000'],
])('listening on %s alone says that people come by %s', (HOST, publicUrl) => {
  expect(readConfig({ HOST }).accounts).toMatchObject({ publicUrl });
});

test('the dashboard is at the root of its host', () => {
  expect(faults({ TIDEMARK_PUBLIC_URL: 'https://example.org/stats' })).toContain(
    'TIDEMARK_PUBLIC_URL: it has the path /stats, and must end after the host',
  );
});

test('settings that belong together are set together', () => {
  expect(faults({ TIDEMARK_ADMIN_EMAIL: 'ada@example.org' })).toContain(
    'TIDEMARK_ADMIN_PASSWORD: must be set with TIDEMARK_ADMIN_EMAIL',
  );
  expect(faults({ TIDEMARK_OIDC_ISSUER: 'https://id.example.org' })).toMatch(
    /TIDEMARK_OIDC_CLIENT_ID[\s\S]+TIDEMARK_OIDC_CLIENT_SECRET/,
  );
});
