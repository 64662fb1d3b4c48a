import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { refusalTable } from './refusal-codes.js';

test('docs/sending-events.md has every code', () => {
  const page = readFileSync(new URL('../../docs/sending-events.md', import.meta.url), 'utf8');
  const squeezed = (text: string) => text.replaceAll(/ +/g, ' ');
  for (const row of refusalTable().split('\n').slice(2)) expect(squeezed(page)).toContain(squeezed(row));
});
