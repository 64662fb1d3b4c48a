import { expect, it } from 'vitest';
import { botClassesOf, botOf } from './bot.js';

const google = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const headless =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const named = { agent: 'named' } as const;

it.each([
  // A browser, a bot, automation: whoever brings them.
  [chrome, { dialect: 'tidemark' }, ''],
  [undefined, { dialect: 'tidemark' }, ''],
  [google, { dialect: 'tidemark' }, 'search-engine'],
  [google, { dialect: 'access_log' }, 'search-engine'],
  [headless, { dialect: 'graphql' }, 'browser-automation'],
  // The library that a server sends its visitors' events with.
  ['python-requests/2.32.0', { dialect: 'tidemark' }, ''],
  ['okhttp/4.12.0', { dialect: 'graphql' }, ''],
  ['axios/1.7.2', { dialect: 'tidemark', sdk: 'shop/1' }, ''],
  // A visitor who is one.
  ['python-requests/2.32.0', { dialect: 'tidemark', ...named }, 'http-library'],
  ['curl/8.14.1', { dialect: 'access_log' }, 'http-library'],
  ['curl/8.14.1', { dialect: 'pixel' }, 'http-library'],
])('%s by %o: %s', (userAgent, source, expected) => {
  const event = { source, ...(userAgent !== undefined && { userAgent }) };
  expect(botOf(event)).toBe(expected);
  expect(botClassesOf(event) === 0).toBe(expected === '');
});
