import { describe, expect, it } from 'vitest';

import { parseLine } from './parse-line.js';

const agent = 'Mozilla/5.0 (X11; Linux x86_64)';
const line = (
  over: Partial<Record<'address' | 'stamp' | 'request' | 'status' | 'bytes' | 'referrer' | 'agent', string>>,
) => {
  const it = {
    address: '83.149.9.216',
    stamp: '17/May/2015:10:05:03 +0000',
    request: 'GET /a/b.png?q=1 HTTP/1.1',
    status: '200',
    bytes: '203023',
    referrer: 'http://example.com/from',
    agent,
    ...over,
  };
  return `${it.address} - - [${it.stamp}] "${it.request}" ${it.status} ${it.bytes} "${it.referrer}" "${it.agent}"`;
};

const entry = (text: string, format: 'combined' | 'common' = 'combined') => {
  const parsed = parseLine(text, format);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.entry;
};

describe('a line of the combined format', () => {
  it('gives address, time, path without query, referrer and user agent', () => {
    expect(entry(line({}))).toEqual({
      address: '83.149.9.216',
      occurredAt: Date.UTC(2015, 4, 17, 10, 5, 3),
      method: 'GET',
      target: '/a/b.png?q=1',
      path: '/a/b.png',
      status: 200,
      referrer: 'http://example.com/from',
      userAgent: agent,
    });
  });

  it.each([
    ['an IPv6 address', { address: '2001:db8::ff00:42:8329' }],
    ['a host name', { address: 'crawl-66-249.example.com' }],
    ['escaped quotes in the user agent', { agent: 'a \\"quoted\\" one \\\\' }],
    ['no bytes', { bytes: '-' }],
    ['a proxied URL', { request: 'GET http://example.com/x HTTP/1.1' }],
    ['OPTIONS *', { request: 'OPTIONS * HTTP/1.0' }],
    ['replaced bytes', { agent: '\uFFFD\uFFFD' }],
    ['a very long line', { agent: 'x'.repeat(200_000) }],
    ['blanks at the end', { agent: `a" "b`.slice(0, 1) }],
  ])('is accepted with %s', (_, over) => {
    expect(parseLine(`${line(over)} \r`, 'combined').ok).toBe(true);
  });

  it.each([
    ['an empty line', ''],
    ['a line cut short', line({}).slice(0, -20)],
    ['a request that is no request', line({ request: '\\x16\\x03\\x01' })],
    ['an empty request', line({ request: '-' })],
    ['a request with a blank in its target', line({ request: 'GET /a b HTTP/1.1' })],
    ['a quote that is not escaped', line({ agent: 'a "quoted" one' })],
    ['a two-digit status', line({ status: '20' })],
    ['a field too many', `${line({})} "more"`],
    ['a line of the common format', line({}).replace(/ "[^"]*" "[^"]*"$/, '')],
    ['something in front', ` ${line({})}`],
  ])('is refused where it is %s', (_, text) => {
    expect(parseLine(text, 'combined')).toEqual({ ok: false, reason: 'not_this_format' });
  });

  it('takes the zone into account', () => {
    const at = (stamp: string) => new Date(entry(line({ stamp })).occurredAt).toISOString();
    expect(at('31/Dec/2015:23:30:00 -0800')).toBe('2016-01-01T07:30:00.000Z');
    expect(at('01/Jan/2016:00:30:00 +0530')).toBe('2015-12-31T19:00:00.000Z');
    expect(at('29/Feb/2016:00:00:00 +0000')).toBe('2016-02-29T00:00:00.000Z');
    expect(at('31/Dec/2016:23:59:60 +0000')).toBe('2016-12-31T23:59:59.000Z');
  });

  it.each([
    '29/Feb/2015:00:00:00 +0000',
    '17/Mai/2015:00:00:00 +0000',
    '17/May/2015:24:00:00 +0000',
    '17/May/2015 10:05:03',
    'x',
  ])('is refused for the time %s', (stamp) => {
    expect(parseLine(line({ stamp }), 'combined')).toEqual({ ok: false, reason: 'bad_timestamp' });
  });

  it('has no referrer where the log says "-" or nothing', () => {
    expect(entry(line({ referrer: '-' })).referrer).toBeUndefined();
    expect(entry(line({ referrer: '' })).referrer).toBeUndefined();
  });
});

describe('a line of the common format', () => {
  const common = '::1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326';

  it('has neither referrer nor user agent', () => {
    expect(entry(common, 'common')).toMatchObject({
      path: '/apache_pb.gif',
      referrer: undefined,
      userAgent: '',
    });
  });

  it('is refused with more behind it', () => {
    expect(parseLine(`${common} "-" "-"`, 'common').ok).toBe(false);
  });
});
