import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser } from '../harness/browser.js';
import { buildProduct, root } from '../harness/build.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitForFigures } from './support/dashboard.js';
import { openRecords, startSite, visit } from './support/tracked-site.js';

const LIMIT = 3_072;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ web: true });
});
afterAll(() => stack?.stop());

/** Plain HTTP: fetch would unpack bodies. */
function request(headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }>(
    (resolve, reject) => {
      get(`${stack.url}/t.js`, { headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      }).on('error', reject);
    },
  );
}

test(`the tracker is at most ${LIMIT} bytes compressed, and needs nothing else`, () => {
  buildProduct();
  const script = readFileSync(join(root, 'dist/tracker/t.js'));
  const bytes = gzipSync(script, { level: 9 }).length;
  console.log(`t.js: ${script.length} bytes, ${bytes} with gzip -9, of ${LIMIT}`);
  expect(bytes).toBeLessThanOrEqual(LIMIT);
  expect(script.toString()).not.toMatch(/\bimport\b|\brequire\b|sourceMappingURL/);
});

test('the page before the first event shows the tag, and the tag brings the first event', async () => {
  const browser = await launchBrowser();
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page, said } = await visit(context, stack.url);
  await page.getByRole('heading', { name: 'Send the first event' }).waitFor();
  await page.getByLabel('Site name').fill('my_shop');
  const tag = `<script defer src="${stack.url}/t.js" data-site="my_shop"></script>`;
  expect(await page.getByLabel('From a web page').textContent()).toBe(tag);
  await page.getByRole('button', { name: 'Copy the script tag' }).click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(tag);

  const site = await startSite(stack, 'my_shop', {
    documents: { '/': `<link rel="icon" href="data:,">${tag}` },
  });
  await visit(context, `${site.url}/`);
  await page.getByRole('heading', { name: 'my_shop', level: 1 }).waitFor();
  await waitForFigures(page, { pageViews: 1, uniqueVisitors: 1 });
  expect(said).toEqual([]);
  await browser.close();
  await site.close();
});

describe('/t.js', () => {
  test('is a script for any site, kept for an hour', async () => {
    const { status, headers, body } = await request();
    expect(status).toBe(200);
    expect(body).toEqual(readFileSync(join(root, 'dist/tracker/t.js')));
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600, must-revalidate',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      etag: expect.stringMatching(/^"[\w-]{22}"$/) as string,
    });
    expect(headers['set-cookie']).toBeUndefined();
    const head = await request({}, 'HEAD');
    expect([head.status, head.headers.etag, head.body.length]).toEqual([200, headers.etag, 0]);
  });

  test('is compressed for whoever takes that', async () => {
    const plain = await request();
    const gzip = await request({ 'accept-encoding': 'gzip, deflate' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gzip.body.length).toBeLessThanOrEqual(LIMIT);
    expect(gunzipSync(gzip.body)).toEqual(plain.body);
    const brotli = await request({ 'accept-encoding': 'gzip, deflate, br, zstd' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body);
    expect((await request({ 'accept-encoding': 'br;q=0, gzip;q=0.5' })).headers['content-encoding']).toBe(
      'gzip',
    );
    expect((await request({ 'accept-encoding': 'identity' })).headers['content-encoding']).toBeUndefined();
    expect(new Set([plain, gzip, brotli].map(({ headers }) => headers.etag)).size).toBe(3);
  });

  test('is not sent again where it is the same', async () => {
    for (const headers of [{}, { 'accept-encoding': 'gzip' }, { 'accept-encoding': 'br' }]) {
      const etag = String((await request(headers)).headers.etag);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await request({ ...headers, 'if-none-match': known });
        expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
        expect(again.headers['cache-control']).toBe('public, max-age=3600, must-revalidate');
      }
    }
    expect((await request({ 'if-none-match': '"other"' })).status).toBe(200);
  });
});

describe('as a module', () => {
  const source = `
    import { init, type Options, type Tracker } from 'tidemark/tracker';
    const options: Options = { site: 'bundled', host: 'HOST', visitor: 'storage' };
    const tracker: Tracker = init(options);
    tracker.identify('u-1', { plan: 'pro' });
    tracker.track('bundled', { again: init(options) === tracker });
  `;
  let folder: string;
  /** As after \`npm install\` of the folder: found by its name. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-test-module-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/tidemark'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'app.ts'), source.replace('HOST', stack.url));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('it has types, and refuses options that it does not have', () => {
    const tsc = (...files: string[]) =>
      execFileSync(
        process.execPath,
        [
          join(root, 'node_modules/typescript/bin/tsc'),
          ...['--noEmit', '--ignoreConfig', '--strict', '--target', 'es2022', '--lib', 'es2022,dom'],
          ...['--module', 'esnext', '--moduleResolution', 'bundler', ...files],
        ],
        { cwd: folder, encoding: 'utf8', stdio: 'pipe' },
      );
    expect(tsc('app.ts')).toBe('');
    writeFileSync(join(folder, 'wrong.ts'), source.replace("'storage'", "'fingerprint'"));
    expect(() => tsc('wrong.ts')).toThrow();
  });

  test('a bundle with it tracks its page as the script tag does', async () => {
    await build({
      configFile: false,
      root: folder,
      logLevel: 'error',
      build: {
        outDir: 'out',
        lib: { entry: 'app.ts', formats: ['iife'], name: 'app', fileName: () => 'app.js' },
      },
    });
    const bundle = readFileSync(join(folder, 'out/app.js'), 'utf8');
    const site = await startSite(stack, 'bundled', {
      documents: {
        '/': '<title>Bundled</title><link rel="icon" href="data:,"><script defer src="/app.js"></script>',
        '/app.js': bundle,
      },
    });
    const [browser, records] = [await launchBrowser(), await openRecords(stack)];
    try {
      const { page, said } = await visit(await browser.newContext(), `${site.url}/`);
      await page.evaluate(`history.pushState({}, '', '/two')`);
      const events = await records.types('bundled', 'identify', 'bundled', 'page_view', 'page_view');
      expect(events.map(({ userId }) => userId)).toEqual(Array(4).fill('u-1'));
      expect(events[1]?.properties).toEqual({ again: true });
      expect(said).toEqual([]);
    } finally {
      await records.close();
      await browser.close();
      await site.close();
    }
  });

  test('where there is no document it does nothing', () => {
    const code = `import { init } from 'tidemark/tracker'; const t = init({ site: 's', host: 'http://127.0.0.1:1' }); t.track('x'); t.pageView(); t.identify('u'); console.log('fine')`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(said).toBe('fine\n');
  });
});
