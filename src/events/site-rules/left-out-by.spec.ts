import { expect, test } from 'vitest';
import type { StoredEvent } from '../stored-event.js';
import { compileLeftOutBy } from './left-out-by.js';
import type { SiteRule } from './site-rule.js';

const event = (change: Partial<StoredEvent>): StoredEvent => ({
  v: 1,
  id: '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
  site: 'shop',
  type: 'page_view',
  occurredAt: 1,
  receivedAt: 1,
  visitorId: 'v',
  source: { dialect: 'http' },
  ...change,
});

test('names the rule that leaves an event out, as it was sent or as it is shown', () => {
  const rules: SiteRule[] = [
    { id: 'lower', kind: 'lower_case' },
    { id: 'me', kind: 'exclude_visitor', visitorId: 'me' },
    { id: 'shown', kind: 'exclude_path', pattern: '/users/:id' },
    { id: 'template', kind: 'path_template', pattern: '/people/*', template: '/users/:id' },
    { id: 'sent', kind: 'exclude_path', pattern: '/admin/**' },
  ];
  const leftOutBy = compileLeftOutBy(rules);
  expect(leftOutBy(event({ visitorId: 'me', path: '/admin' }))).toBe('me');
  expect(leftOutBy(event({ path: '/People/5' }))).toBe('shown');
  expect(leftOutBy(event({ path: '/ADMIN/users' }))).toBe('sent');
  expect(leftOutBy(event({ path: '/about' }))).toBeUndefined();
  expect(leftOutBy(event({}))).toBeUndefined();
});
