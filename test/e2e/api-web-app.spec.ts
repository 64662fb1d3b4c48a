import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type ApiApp, startApi } from './support/api-app.js';

let database: TestDatabase;
let api: ApiApp;
let folder: string;

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(5_000))});`;
const INDEX = `<!doctype html><title>Tidemark</title>${'<!-- -->'.repeat(300)}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-web-'));
  await mkdir(join(folder, 'web/assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'web/index.html'), INDEX);
  await writeFile(join(folder, 'web/favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(folder, 'web/assets/index-Ab12Cd34.js'), SCRIPT);
  await writeFile(join(folder, 'web/assets/index-Ab12Cd34.js.map'), '{}');
  await writeFile(join(folder, 'web/assets/chart-Ef56Gh78.js'), SCRIPT);
  // Its twin differs, so that the answer shows which file was sent.
  await writeFile(join(folder, 'web/assets/chart-Ef56Gh78.js.br'), brotliCompressSync('twin'));
  database = await createDatabase();
  api = await startApi(database.url, { webDir: join(folder, 'web') });
});

afterAll(async () => {
  await api.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

/** Plain HTTP: fetch would resolve dots in paths and unpack bodies. */
function request(path: string, headers: Record<string, string> = {}) {
  const { port } = new URL(api.url);
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }>(
    (resolve, reject) => {
      get({ host: '127.0.0.1', port, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      }).on('error', reject);
    },
  );
}
const html = { accept: 'text/html,*/*' };

describe('the web app', () => {
  test.each(['/', '/sites/shop?from=2026-05-01', '/index.html'])(
    '%s is the page, never cached',
    async (path) => {
      const page = await request(path, html);
      expect([page.status, page.body.toString()]).toEqual([200, INDEX]);
      expect(page.headers['content-type']).toContain('text/html');
      expect(page.headers['cache-control']).toBe('no-cache');
    },
  );

  test('hashed files are kept for ever, others are asked for again', async () => {
    const script = await request('/assets/index-Ab12Cd34.js');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['content-type']).toContain('javascript');
    expect((await request('/favicon.svg')).headers['cache-control']).toBe('no-cache');
    const again = await request('/favicon.svg', {
      'if-none-match': String((await request('/favicon.svg')).headers.etag),
    });
    expect(again.status).toBe(304);
  });

  test('files, pages and figures are compressed; a compressed twin is sent as it is', async () => {
    const accept = { 'accept-encoding': 'gzip, br' };
    const script = await request('/assets/index-Ab12Cd34.js', accept);
    expect(script.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(script.body).toString()).toBe(SCRIPT);
    const twin = await request('/assets/chart-Ef56Gh78.js', accept);
    expect(brotliDecompressSync(twin.body).toString()).toBe('twin');
    expect((await request('/', { ...html, ...accept })).headers['content-encoding']).toBe('br');
    expect((await request('/assets/chart-Ef56Gh78.js')).body.toString()).toBe(SCRIPT);
  });

  test.each([
    '/assets/missing-Ab12Cd34.js',
    '/assets/index-Ab12Cd34.js.map',
    '/assets/chart-Ef56Gh78.js.br',
    '/api/nothing',
    '/health/nothing',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/.git/config',
    '/package.json',
  ])('%s is 404 in JSON', async (path) => {
    const answer = await request(path);
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ statusCode: 404, error: 'Not Found' });
  });

  test('an unknown address of the API is no page even for a browser', async () => {
    expect((await request('/api/nothing', html)).status).toBe(404);
  });
});

describe('security headers', () => {
  test.each(['/', '/api/stats', '/api/nothing', '/assets/index-Ab12Cd34.js'])('%s', async (path) => {
    const { headers } = await request(path, html);
    expect(headers['content-security-policy']).toMatch(/default-src 'self'; script-src 'self';/);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  test('the explorer may run its own scripts and reach this server alone', async () => {
    const { headers, body } = await request('/graphql', html);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'unsafe-inline' blob:;/,
    );
    expect(headers['content-security-policy']).toContain("connect-src 'self'");
    expect(body.toString()).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="(https?:)?\/\//);
  });
});
