import { readFileSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startIngest, type IngestApp } from '../e2e/support/ingest-app.js';
import { root } from '../harness/build.js';
import { startStack, type Stack } from '../harness/stack.js';
import { startProduction, type ProductionStack } from './support/production-stack.js';

let stack: Stack;
let production: ProductionStack;
/** In this very process. */
let inside: IngestApp;
beforeAll(async () => {
  stack = await startStack({ web: true });
  [production, inside] = await Promise.all([startProduction(), startIngest({ production: true })]);
});
afterAll(async () => {
  await inside?.stop();
  await production?.stop();
  await stack?.stop();
});

interface Page {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Plain HTTP: fetch would resolve dots in paths. */
function request(path: string, headers: Record<string, string> = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(stack.url);
    get({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('latin1'),
        }),
      );
    }).on('error', reject);
  });
}

const HTML = { accept: 'text/html,*/*' };
const PLACES = [
  '%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '../../../../etc/passwd',
  '..\\..\\..\\etc\\passwd',
  '%5c..%5c..%5cetc/passwd',
  '....//....//etc/passwd',
  '%252e%252e%252fetc/passwd',
  'etc/passwd%00.js',
  '//etc/passwd',
  '.%00./.%00./package.json',
];

describe('S43: no path leads outside', () => {
  it.each([
    '/',
    '/assets/',
    '/t.js/',
    '/api/',
    '/api/docs/',
    '/graphql/',
    '/health/',
    '/static/',
    '/array/',
    '/i/',
  ])('from %s', async (from) => {
    for (const place of PLACES) {
      const { status, body } = await request(from + place);
      expect(body, from + place).not.toMatch(/root:|"name": "tidemark"/);
      expect([400, 403, 404, 405, 414], `${from}${place} ${status}`).toContain(status);
    }
  });
});

describe('S45: what belongs to the making of it is not served', () => {
  it.each([
    '/.git/config',
    '/.git/HEAD',
    '/.env',
    '/.npmrc',
    '/package.json',
    '/package-lock.json',
    '/node_modules/pg/package.json',
    '/src/main.ts',
    '/dist/src/main.js',
    '/docker-compose.yml',
    '/Dockerfile',
    '/.tidemark/passwords.json',
    '/passwords.json',
    '/runtime.json',
    '/schema.graphql',
    '/tsconfig.json',
    '/vite.config.ts',
    '/migrations/1700000000000-spine.ts',
    '/t.js.map',
    '/.well-known/../.env',
    '/server-status',
    '/debug',
    '/debug/pprof',
    '/actuator',
    '/playground',
    '/storybook',
    '/graphiql',
    '/altair',
    '/voyager',
  ])('%s', async (path) => {
    const { status } = await request(path);
    expect([400, 404]).toContain(status);
  });

  it('nor a map of any script that a page loads', async () => {
    const { body } = await request('/', HTML);
    const scripts = [...body.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '');
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      expect((await request(script)).status, script).toBe(200);
      expect((await request(`${script}.map`)).status, script).toBe(404);
      expect((await request(script)).body).not.toContain('sourceMappingURL');
    }
  });
});

describe('S38: headers of every answer that is a page', () => {
  it.each(['/', '/settings', '/events', '/projections', '/somewhere', '/api/docs', '/graphql'])(
    '%s',
    async (path) => {
      const { status, headers } = await request(path, HTML);
      expect(status).toBe(200);
      expect(headers['content-type']).toContain('text/html');
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("base-uri 'none'");
      // The explorer is one page with its scripts inside, and none of production's.
      const scripts = /script-src ([^;]*)/.exec(policy)?.[1];
      expect(scripts).toBe(path === '/graphql' ? "'unsafe-inline' blob:" : "'self'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['permissions-policy']).toContain('camera=()');
      // It is reached by http here.
      expect(headers['strict-transport-security']).toBeUndefined();
      expect(headers['server'] ?? headers['x-powered-by']).toBeUndefined();
    },
  );
});

it('S38: who is reached by https alone tells browsers to keep to that, on every page', async () => {
  for (const path of ['/', '/settings', '/sign-in', '/somewhere', '/api/docs']) {
    const { headers } = await fetch(`${production.url}${path}`, { headers: HTML });
    expect(headers.get('content-type'), path).toContain('text/html');
    expect(headers.get('strict-transport-security'), path).toBe('max-age=31536000');
    expect(headers.get('content-security-policy'), path).toContain("script-src 'self';");
  }
});

const docs = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');

/** As the router writes them: what docs/openapi.json lists. */
function documented(): string[] {
  const { paths } = JSON.parse(docs('openapi.json')) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
}

/** What docs/accounts.md lists for programs, and where it sends providers of sign-on. */
function documentedOfAccounts(): string[] {
  const page = docs('accounts.md');
  const table = page.slice(page.indexOf('| `POST /api/auth/…`')).split('\n\n', 1)[0] ?? '';
  const posted = [...table.matchAll(/^\| (`[a-z].*?) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`([a-z/-]+)`/g)].map(([, name]) => `POST /api/auth/${name}`),
  );
  const asked = [...page.matchAll(/\/api\/auth\/(verify-email|callback\/oidc)/g)];
  return [...posted, ...asked.map(([path]) => `GET ${path}`)];
}

describe('S44: what answers in production', () => {
  /** The dashboard, the tracker, questions by GET, and the explanation of the addresses. */
  const PAGES = [
    '/*',
    '/t.js',
    '/graphql',
    '/api/docs',
    '/api/docs/',
    '/api/docs/*',
    '/api/docs/docs/*',
    '/api/docs/index.html',
    '/api/docs/LICENSE',
    '/api/docs/swagger-ui-init.js',
    '/api/docs/docs/swagger-ui-init.js',
    '/api/docs-json',
  ].map((path) => `GET ${path}`);

  it('is what the documentation lists, all of it and nothing else', { timeout: 60_000 }, async () => {
    const listed = new Set([...documented(), ...documentedOfAccounts(), ...PAGES]);
    const known = production.routes.filter((route) => listed.has(route));
    expect(known.sort()).toEqual([...listed].sort());
    // The doors say of every other method that they do not have it; fetch does not send TRACE.
    const others = production.routes.filter(
      (route) => !listed.has(route) && !/^(HEAD|OPTIONS|TRACE) /.test(route),
    );
    expect(others.length).toBeGreaterThan(30);
    const answered: string[] = [];
    for (const route of others) {
      const [method = '', path = ''] = route.split(' ');
      if ((await fetch(`${production.url}${path}`, { method })).status !== 405) answered.push(route);
    }
    expect(answered).toEqual([]);
  });

  it('has no explorer and tells no schema', async () => {
    const page = await fetch(`${production.url}/graphql`, { headers: HTML });
    expect(page.status).toBe(400);
    expect(page.headers.get('content-type')).toContain('application/json');
  });
});

it('S46: nothing that was sent has changed the objects of the process', async () => {
  const bodies = [
    '{"__proto__":{"polluted":1},"siteId":"shop"}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"siteId":"shop","eventType":"a","timestamp":"2026-01-31T12:00:00Z","path":"/","properties":{"__proto__":{"polluted":1}}}',
    '{"siteId":"shop","eventType":"a","timestamp":"2026-01-31T12:00:00Z","path":"/","properties":{"a":{"constructor":{"prototype":{"polluted":1}}}}}',
    '{"query":"{ __typename }","variables":{"__proto__":{"polluted":1}},"extensions":{"__proto__":{"polluted":1}}}',
  ];
  const doors = ['/api/event', '/api/events', '/graphql', '/v1/track', '/e/', '/api/send', '/webhook'];
  for (const door of doors)
    for (const body of bodies)
      await fetch(`${inside.url}${door}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
  for (const query of ['__proto__[polluted]=1', 'constructor[prototype][polluted]=1', '__proto__.polluted=1'])
    for (const door of ['/pixel.gif', '/api/stats', '/api/refused', '/e/'])
      await fetch(`${inside.url}${door}?${query}`);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(([] as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});
