import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DOORS } from '#ingest/doors.js';

import { startIngest, type IngestApp } from './support/ingest-app.js';

const root = new URL('../../', import.meta.url);
const RECEIPT = /^\d+:\d+:\d+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let ingest: IngestApp;

beforeAll(async () => {
  ingest = await startIngest();
});

afterAll(async () => {
  await ingest?.stop();
});

/** Every shell example with the answer that stands below it: JSON, or text. */
function examples(page: string): { command: string; answer: unknown }[] {
  const text = readFileSync(new URL(page, root), 'utf8');
  return [...text.matchAll(/```sh\n(.+?)```\n\n```(json|text)\n(.+?)```/gs)].map(
    ([, command = '', kind, answer = '']) => ({
      command,
      answer: kind === 'json' ? (JSON.parse(answer) as unknown) : answer.trim(),
    }),
  );
}

/** IDs and positions are made anew by each run: any UUID stands for any other, any receipt, and "…" for any text. */
function likeness(value: unknown): unknown {
  if (value === '…') return expect.any(String);
  if (typeof value === 'string' && UUID.test(value)) return expect.stringMatching(UUID);
  if (typeof value === 'string' && RECEIPT.test(value)) return expect.stringMatching(RECEIPT);
  if (Array.isArray(value)) return value.map(likeness);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, likeness(each)]));
}

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl)
  console.warn('NOT RUN: the examples of the pages about sending events, because this machine has no curl');

describe.each([
  ['docs/sending-events.md', 5],
  ['docs/dialects.md', 9],
])('%s', (page, least) => {
  it('has examples', () => {
    expect(examples(page).length).toBeGreaterThanOrEqual(least);
  });

  it.skipIf(!hasCurl).each(examples(page).map((each) => [each.command.split('\n')[0], each] as const))(
    '%s',
    async (_line, { command, answer }) => {
      const there = command.replaceAll('http://127.0.0.1:3000', ingest.url);
      const { stdout } = await promisify(execFile)('bash', ['-c', there]);
      if (typeof answer === 'string') expect(stdout).toBe(answer);
      else expect(JSON.parse(stdout)).toEqual(likeness(answer));
    },
  );
});

it('every door has one', () => {
  const text = [...examples('docs/sending-events.md'), ...examples('docs/dialects.md')]
    .map(({ command }) => command)
    .join('\n');
  const shown = DOORS.filter(({ url }) => new RegExp(`:3000${url}[/?'" ]`).test(text));
  const dialects = DOORS.map(({ dialect, url }) => dialect ?? url);
  expect(new Set(shown.map(({ dialect, url }) => dialect ?? url))).toEqual(new Set(dialects));
});

describe('OpenAPI', () => {
  it('is as committed', async () => {
    const served: unknown = await (await fetch(`${ingest.url}/api/docs-json`)).json();
    const committed: unknown = JSON.parse(readFileSync(new URL('docs/openapi.json', root), 'utf8'));
    expect(served).toEqual(committed);
  });

  it('has an explorer that asks no other host', async () => {
    const page = await (await fetch(`${ingest.url}/api/docs`)).text();
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      expect(asset).toMatch(/^\.\/docs\//);
      const loaded = await fetch(new URL(asset, `${ingest.url}/api/docs`));
      expect(loaded.status).toBe(200);
      // A body that nobody reads keeps its connection, for which the server's end then waits.
      await loaded.arrayBuffer();
    }
    const start = await (await fetch(`${ingest.url}/api/docs/swagger-ui-init.js`)).text();
    // Left to its default, the explorer tells validator.swagger.io where it runs.
    expect(start).toMatch(/"validatorUrl":\s*null/);
  });
});
