import { execFileSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { browserSnippet, curlSnippet } from './snippets.js';

const ORIGIN = 'http://127.0.0.1:3000';

test.each([undefined, 'pk_0123'])(
  'the terminal command sends a whole event that happens now, key %s',
  (key) => {
    // The shell runs the command with `curl` replaced by something that prints what it was given.
    const script = `curl() { printf '%s\\0' "$@"; }\n${curlSnippet(ORIGIN, 'my-site', key)}`;
    const given = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
    expect(given[0]).toBe(`${ORIGIN}/api/event`);
    expect(given.includes(`authorization: Bearer ${key}`)).toBe(key !== undefined);
    const event = JSON.parse(given[given.indexOf('-d') + 1] ?? '') as Record<string, string>;
    expect(event).toMatchObject({ siteId: 'my-site', eventType: 'page_view', path: '/' });
    expect(Math.abs(Date.now() - Date.parse(event.timestamp ?? ''))).toBeLessThan(10_000);
  },
);

test('the script for web pages is the tracker of this server, told the site', () => {
  expect(browserSnippet(ORIGIN, 'my-site')).toBe(
    `<script defer src="${ORIGIN}/t.js" data-site="my-site"></script>`,
  );
  expect(browserSnippet(ORIGIN, 'my-site', 'pk_0123')).toBe(
    `<script defer src="${ORIGIN}/t.js" data-site="my-site" data-key="pk_0123"></script>`,
  );
});
