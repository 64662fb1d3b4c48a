import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DOORS } from '#ingest/doors.js';
import { pathOf } from '#ingest/openapi-doors.js';

import { waitFor } from '../harness/wait-for.js';
import { answerOf, GOOD, startIngest, type IngestApp } from './support/ingest-app.js';

interface Response {
  readonly content?: Record<string, { schema: object }>;
  readonly headers?: Record<string, object>;
}
type Operations = Record<string, { requestBody?: object; responses: Record<string, Response> }>;
interface Document {
  readonly paths: Record<string, Operations>;
  readonly components: object;
}

let ingest: IngestApp;
let document: Document;
let ajv: Ajv;

beforeAll(async () => {
  ingest = await startIngest();
  document = (await (await fetch(`${ingest.url}/api/docs-json`)).json()) as Document;
  // Formats are the rules of an event, which has tests of its own.
  ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
});
afterAll(() => ingest?.stop());

const doors = DOORS.flatMap((door) =>
  (door.methods ?? []).map((method) => [`${method} ${door.url}`, door, method.toLowerCase()] as const),
);

it.each(doors)('%s is described, with the shape of every answer', (_, door, method) => {
  const operation = document.paths[pathOf(door)]?.[method];
  expect(operation).toBeDefined();
  const responses = Object.entries(operation?.responses ?? {});
  expect(responses.some(([status]) => status.startsWith('2'))).toBe(true);
  expect(responses.some(([status]) => status >= '400')).toBe(true);
  for (const [status, { content, headers }] of responses) {
    expect(Object.keys(content ?? {}), `${status} has a body`).not.toEqual([]);
    if (['429', '503'].includes(status)) expect(headers, status).toHaveProperty('Retry-After');
  }
});

it('describes nothing that is not there', async () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of Object.keys(operations)) {
      const there = `${ingest.url}${path.replaceAll(/\{\w+\}/g, 'shop')}`;
      const answer = await fetch(there, { method: method.toUpperCase() });
      await answer.arrayBuffer();
      expect([path, method, answer.status]).not.toEqual([path, method, 405]);
      // That of the figures is about a day without events.
      if (path !== '/api/stats') expect([path, method, answer.status]).not.toEqual([path, method, 404]);
    }
  }
});

/** The schema of what was answered is the one that the document names for this status and type. */
async function expectDescribed(method: 'GET' | 'POST', path: string, init: RequestInit, status: number) {
  const [route = path] = path.split('?');
  const response = await fetch(ingest.url + path, { method, ...init });
  const answer = await answerOf(response);
  expect(answer.status, answer.text).toBe(status);
  const described = document.paths[route]?.[method.toLowerCase()]?.responses[status];
  expect(described, `${status} is described`).toBeDefined();
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  expect(Object.keys(described?.content ?? {}), `of ${status}`).toContain(type);
  if (type !== 'application/json') return;
  const pointer = [
    'paths',
    route,
    method.toLowerCase(),
    'responses',
    String(status),
    'content',
    type,
    'schema',
  ]
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const valid = ajv.validate({ $ref: `openapi#/${pointer}` }, answer.body);
  expect(ajv.errorsText(), answer.text).toBe('No errors');
  expect(valid).toBe(true);
}

const json = { 'content-type': 'application/json' };
const body = (value: unknown, headers: Record<string, string> = json): RequestInit => ({
  body: typeof value === 'string' ? value : JSON.stringify(value),
  headers,
});
const large = `{"filling":"${'x'.repeat(1_100_000)}"}`;

describe('what is answered is as described', () => {
  it.each<[string, 'GET' | 'POST', string, RequestInit, number]>([
    ['a stored event', 'POST', '/api/event', body(GOOD), 202],
    ['an event that is not valid', 'POST', '/api/event', body({ siteId: 'a b' }), 400],
    ['no JSON', 'POST', '/api/event', body('{'), 400],
    ['an event that is too large', 'POST', '/api/event', body(large), 413],
    [
      'a form',
      'POST',
      '/api/event',
      body('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
    ],
    [
      'an event of Plausible',
      'POST',
      '/api/event',
      body({ n: 'pageview', d: 'shop', u: 'https://a.example/' }),
      202,
    ],
    ['one that is not valid', 'POST', '/api/event', body({ n: 'pageview', d: 'shop' }), 400],
    ['a batch', 'POST', '/api/events', body({ events: [GOOD, {}] }), 202],
    ['a batch without a valid event', 'POST', '/api/events', body([{}]), 400],
    ['a batch that is none', 'POST', '/api/events', body('{}'), 400],
    ['a batch that is too large', 'POST', '/api/events', body(large), 413],
    [
      'a batch of an unknown type',
      'POST',
      '/api/events',
      body('<a/>', { 'content-type': 'application/xml' }),
      415,
    ],
    ['a call of Segment', 'POST', '/v1/track', body({ writeKey: 'shop', userId: 'u', event: 'E' }), 200],
    ['a call that is no JSON', 'POST', '/v1/track', body('{'), 400],
    ['a call that is too large', 'POST', '/v1/track', body(large), 400],
    ['a batch of Segment that is none', 'POST', '/v1/batch', body({ batch: 1 }), 400],
    ['what Segment measures', 'POST', '/v1/m', body({}), 200],
    ['a capture of PostHog', 'POST', '/e', body({ api_key: 'shop', event: 'E', distinct_id: 'u' }), 200],
    ['a capture without a token', 'POST', '/e', body({ event: 'E' }), 401],
    ['a capture that is not valid', 'POST', '/capture', body({ api_key: 'shop', batch: [{}] }), 400],
    ['a capture by GET without data', 'GET', '/e', {}, 400],
    ['a capture of v1 that is none', 'POST', '/i/v1/analytics/events', body({}), 400],
    ['flags', 'POST', '/flags', body({}), 200],
    ['an event of Umami that is not valid', 'POST', '/api/send', body({ type: 'event', payload: {} }), 400],
    ['a batch of Umami that is none', 'POST', '/api/batch', body({}), 400],
    ['a batch of Umami that is too large', 'POST', '/api/batch', body(large), 413],
    ['a webhook', 'POST', '/webhook', body({ eventType: 'e' }, { ...json, 'x-api-key': 'shop' }), 202],
    ['a webhook without a key', 'POST', '/webhook', body({ eventType: 'e' }), 401],
    ['a webhook that is not valid', 'POST', '/webhook', body({}, { ...json, 'x-api-key': 'shop' }), 400],
    [
      'a packed webhook of an unknown kind',
      'POST',
      '/webhook',
      body('{}', { ...json, 'content-encoding': 'br' }),
      415,
    ],
    ['a pixel', 'GET', '/pixel.gif?site=shop&path=/', {}, 200],
    ['a pixel without a site', 'GET', '/pixel.gif?path=/', {}, 400],
    ['a pixel with a long query', 'GET', `/pixel.gif?site=shop&x=${'x'.repeat(9_000)}`, {}, 414],
    ['refusals', 'GET', '/api/refused', {}, 200],
    ['a mutation', 'POST', '/graphql', body({ query: '{ __typename }' }), 200],
    ['no query', 'POST', '/graphql', body({ query: '{ nothing }' }), 400],
    ['a query that is no JSON', 'POST', '/graphql', body('{'), 400],
    ['a query that is too large', 'POST', '/graphql', body(large), 413],
    ['a query of another type', 'POST', '/graphql', body('{}', { 'content-type': 'application/xml' }), 415],
  ])('%s: %s %s', (_, method, path, init, status) => expectDescribed(method, path, init, status));

  it('while the log is away', async () => {
    await ingest.nats.kill('SIGSTOP');
    await waitFor(async () => !(await ingest.log.probe()));
    try {
      await Promise.all([
        expectDescribed('POST', '/api/event', body(GOOD), 503),
        expectDescribed('POST', '/api/events', body([GOOD]), 503),
        expectDescribed('POST', '/v1/track', body({ writeKey: 'shop', userId: 'u', event: 'E' }), 503),
        expectDescribed('POST', '/e', body({ api_key: 'shop', event: 'E', distinct_id: 'u' }), 503),
        expectDescribed('POST', '/webhook', body({ eventType: 'e' }, { ...json, 'x-api-key': 'shop' }), 503),
        expectDescribed('GET', '/pixel.gif?site=shop&path=/', {}, 503),
      ]);
    } finally {
      await ingest.nats.kill('SIGCONT');
    }
  });
});
