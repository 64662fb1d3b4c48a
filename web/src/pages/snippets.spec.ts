import { execFileSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { browserSnippet, curlSnippet } from './snippets.js';

const ORIGIN = 'http://127.0.0.1:3000';

test('the terminal command sends a whole event that happens now', () => {
  // The shell runs the command with `curl` replaced by something that prints what it was given.
  const script = `curl() { printf '%s\\n' "$5"; }\n${curlSnippet(ORIGIN, 'my-site')}`;
  const event = JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' })) as Record<
    string,
    string
  >;
  expect(event).toMatchObject({ siteId: 'my-site', eventType: 'page_view', path: '/' });
  expect(Math.abs(Date.now() - Date.parse(event.timestamp ?? ''))).toBeLessThan(10_000);
});

test('the script for web pages is the tracker of this server, told the site', () => {
  expect(browserSnippet(ORIGIN, 'my-site')).toBe(
    `<script defer src="${ORIGIN}/t.js" data-site="my-site"></script>`,
  );
});
