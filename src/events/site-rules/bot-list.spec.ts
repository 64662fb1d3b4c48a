import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { botList, classesOf, maskOf } from './bot-list.js';
import { botClasses } from './site-rule.js';

const list = createRequire(import.meta.url)('crawler-user-agents') as readonly {
  pattern: string;
  tags: string[];
  instances: string[];
}[];

test('has every class of the list, and no other', () => {
  expect([...new Set(list.flatMap(({ tags }) => tags))].sort()).toEqual([...botClasses].sort());
});

test('says of every user agent in the list what its regular expressions say', () => {
  const all = list.map(({ pattern, tags }) => ({ pattern: new RegExp(pattern), tags }));
  const known = list.flatMap(({ instances }) => instances.slice(0, 2));
  expect(known.length).toBeGreaterThan(1_000);
  const browsers = [
    '',
    'x',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  ];
  // A tenth of them is enough to meet every way of finding one.
  for (const userAgent of [...browsers, ...known.filter((_, i) => i % 10 === 0)]) {
    const tags = all.filter(({ pattern }) => pattern.test(userAgent)).flatMap((each) => each.tags);
    expect([userAgent, classesOf(userAgent)]).toEqual([userAgent, maskOf(tags)]);
  }
  for (const userAgent of browsers) expect(classesOf(userAgent)).toBe(0);
  const google = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
  expect(classesOf(google)).toBe(maskOf(['search-engine']));
  // The second time from memory.
  expect(classesOf(google)).toBe(maskOf(['search-engine']));
});

test('is named by what it says', () => {
  expect(botList()).toMatch(/^[0-9a-f]{16}$/);
});
