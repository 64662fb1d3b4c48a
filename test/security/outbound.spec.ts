import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { ask } from '../e2e/support/ask.js';
import { GOOD, post } from '../e2e/support/ingest-app.js';
import { findExecutable } from '#embedded/executables.js';
import { startStack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';

const ELSEWHERE = [
  'http://169.254.169.254/latest/meta-data',
  'http://[::ffff:127.0.0.1]:9/',
  'http://2130706433:9/',
  'http://203.0.113.9/',
  'http://tidemark-outbound.example/',
];
const strace = findExecutable('strace');

test.skipIf(strace === undefined)(
  'S41: the product opens no connection but to its own servers, whatever addresses it is given',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-strace-'));
    const file = join(folder, 'calls');
    const stack = await startStack({ web: true });
    const tracer = spawn(strace ?? '', [
      '-f',
      '-qq',
      '-e',
      'trace=connect,sendto',
      '-o',
      file,
      '-p',
      String(stack.pid),
    ]);
    const calls = () => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return '';
      }
    };
    try {
      // It is watched once a connection that it has to make is seen.
      await waitFor(async () => {
        await post(`${stack.url}/api/event`, GOOD);
        await fetch(`${stack.url}/health/ready`);
        return /connect\(|sendto\(/.test(calls());
      });
      for (const url of ELSEWHERE) {
        await post(`${stack.url}/api/event`, {
          ...GOOD,
          url,
          referrer: url,
          title: url,
          properties: { url },
        });
        await post(
          `${stack.url}/webhook`,
          { eventType: 'a', metadata: { page: url } },
          { headers: { 'x-api-key': 'shop' } },
        );
        await ask(
          stack,
          'mutation ($name: String!) { renameSite(siteId: "shop", name: $name) { receipt } }',
          { name: url },
        );
        await fetch(`${stack.url}/pixel.gif?site=shop&url=${encodeURIComponent(url)}`, {
          headers: { host: 'tidemark-outbound.example', referer: url, origin: url, 'x-forwarded-host': url },
        });
        for (const path of ['/', '/settings', '/events', '/api/docs', '/graphql'])
          await fetch(`${stack.url}${path}`, { headers: { accept: 'text/html' } });
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const ports = [stack.runtime.databaseUrl, stack.runtime.natsUrl, stack.runtime.natsMonitorUrl].map(
        (url) => new URL(url ?? '').port,
      );
      const made = calls()
        .split('\n')
        .filter((line) => line.includes('connect(') && !/AF_UNIX|AF_UNSPEC/.test(line));
      const own = new RegExp(
        `sin_port=htons\\((${ports.join('|')})\\), sin_addr=inet_addr\\("127\\.0\\.0\\.1"\\)`,
      );
      expect(made.filter((line) => !own.test(line))).toEqual([]);
      // Nor is a name asked for.
      expect(calls()).not.toMatch(/htons\(53\)/);
    } finally {
      tracer.kill('SIGINT');
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
