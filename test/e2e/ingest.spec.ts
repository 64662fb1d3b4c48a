import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isUuid } from '#events/event-id.js';
import { answerOf, GOOD, post, startIngest, type Answer, type IngestApp } from './support/ingest-app.js';

let ingest: IngestApp;
const single = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  post(`${ingest.url}/api/event`, body, { headers });
const batch = (body: unknown, type?: string): Promise<Answer> =>
  post(`${ingest.url}/api/events`, body, type === undefined ? {} : { type });
const outcomes = (answer: Answer): Record<string, unknown>[] =>
  answer.body?.['outcomes'] as Record<string, unknown>[];
const storedOf = async (site: string) => (await ingest.stored()).filter((event) => event.site === site);

beforeAll(async () => {
  ingest = await startIngest();
});

afterAll(async () => {
  await ingest?.stop();
});

describe('one event', () => {
  it('answers with its IDs, and the log has it', async () => {
    const eventId = randomUUID();
    const answer = await single(
      { ...GOOD, siteId: 'one', eventId, userId: 'u1', properties: { plan: 'pro' } },
      { 'x-request-id': 'request-1', 'user-agent': 'test/1', 'accept-language': 'de-DE', 'sec-ch-ua': '"X"' },
    );
    expect(answer).toMatchObject({ status: 202, body: { success: true, eventId } });
    expect(answer.headers.get('x-request-id')).toBe('request-1');
    const [event] = await storedOf('one');
    expect(event).toMatchObject({
      id: eventId,
      type: 'page_view',
      path: '/pricing',
      occurredAt: Date.parse(GOOD.timestamp),
      visitorId: answer.body?.['visitorId'],
      userId: 'u1',
      properties: { plan: 'pro' },
      userAgent: 'test/1',
      language: 'de-DE',
      clientHints: { 'sec-ch-ua': '"X"' },
      source: { dialect: 'tidemark' },
      requestId: 'request-1',
    });
    expect(Date.now() - (event?.receivedAt ?? 0)).toBeLessThan(60_000);
  });

  it('makes the IDs that are absent, and a request ID in place of one that cannot stand in a log', async () => {
    const answer = await single(GOOD, { 'x-request-id': 'a b' });
    expect([answer.body?.['eventId'], answer.body?.['visitorId']]).toSatisfy((ids: unknown[]) =>
      ids.every((id) => typeof id === 'string' && isUuid(id)),
    );
    const made = answer.headers.get('x-request-id');
    expect(made).toMatch(/^[\w-]{8}-[0-9a-z]+$/);
    const next = await single(GOOD);
    expect(next.headers.get('x-request-id')).toMatch(/^[\w-]{8}-[0-9a-z]+$/);
    expect(next.headers.get('x-request-id')).not.toBe(made);
  });

  it('answers 202 each time for the same eventId', async () => {
    const event = { ...GOOD, siteId: 'twice', eventId: randomUUID() };
    expect((await single(event)).status).toBe(202);
    expect(await single(event)).toMatchObject({ status: 202, body: { eventId: event.eventId } });
  });

  it('creates a site once, however many first events arrive together, and keeps its partition', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => single({ ...GOOD, siteId: 'rush' })));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(50).fill(202));
    expect(await storedOf('rush')).toHaveLength(50);
    expect(ingest.workspace.sites().filter(({ id }) => id === 'rush')).toHaveLength(1);
    const text = await (await fetch(`${ingest.url}/metrics`)).text();
    expect(text).toMatch(/tidemark_events_appended_total\{dialect="tidemark"\} \d+/);
  });
});

describe('the visitor', () => {
  const cookieOf = (answer: Answer): string | null => answer.headers.get('set-cookie');
  const known = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';

  it('gets a cookie for a year when the ID was made here', async () => {
    const answer = await single(GOOD);
    expect(cookieOf(answer)).toBe(
      `visitor_id=${String(answer.body?.['visitorId'])}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax`,
    );
  });

  it('is read from the cookie, which is renewed', async () => {
    const answer = await single(GOOD, { cookie: `a=b; visitor_id=${known}; c=d` });
    expect(answer.body?.['visitorId']).toBe(known);
    expect(cookieOf(answer)).toContain(`visitor_id=${known};`);
  });

  it('is the one that the event names, and then no cookie is set', async () => {
    const answer = await single({ ...GOOD, visitorId: 'v-1' }, { cookie: `visitor_id=${known}` });
    expect(answer.body?.['visitorId']).toBe('v-1');
    expect(cookieOf(answer)).toBeNull();
  });

  it.each(['x', '', 'x'.repeat(10_000), '0192f3a4-5b6c-7d8e-9f01-23456789abcd%0d%0a', 'guest'])(
    'is made anew when the cookie is %.20s',
    async (value) => {
      const answer = await single(GOOD, { cookie: `visitor_id=${value}` });
      expect(answer.status).toBe(202);
      expect(answer.body?.['visitorId']).toSatisfy((id: string) => isUuid(id) && id !== known);
    },
  );
});

describe('a batch', () => {
  const events = (count: number, site = 'batch') =>
    Array.from({ length: count }, () => ({ ...GOOD, siteId: site }));

  it('gives each event an outcome at its index, and one bad event sinks none', async () => {
    const items: unknown[] = events(50, 'mixed');
    items[7] = { ...GOOD, siteId: 'a b' };
    items[8] = null;
    const answer = await batch({ events: items });
    expect(answer).toMatchObject({ status: 202, body: { stored: 48 } });
    const all = outcomes(answer);
    expect(all.map(({ index }) => index)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(all[0]).toEqual({
      index: 0,
      status: 'stored',
      eventId: expect.any(String) as string,
      visitorId: expect.any(String) as string,
      receipt: expect.any(String) as string,
    });
    expect(all[7]).toEqual({
      index: 7,
      status: 'rejected',
      reason: 'invalid_site_id',
      message: ['siteId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -'],
    });
    expect(all[8]).toMatchObject({ status: 'rejected', reason: 'invalid_shape' });
    expect(await storedOf('mixed')).toHaveLength(48);
  });

  it('may be a bare array, and 1,000 events of many sites', async () => {
    const items = Array.from({ length: 1_000 }, (_, i) => ({ ...GOOD, siteId: `many-${i % 20}` }));
    expect(await batch(items)).toMatchObject({ status: 202, body: { stored: 1_000 } });
  });

  it('stores the same eventId twice; the ledger counts it once', async () => {
    const event = { ...GOOD, siteId: 'same', eventId: randomUUID() };
    expect(await batch([event, event])).toMatchObject({ status: 202, body: { stored: 2 } });
    expect((await storedOf('same')).map(({ id }) => id)).toEqual([event.eventId, event.eventId]);
  });

  it('reads the cookie for events without a visitor, and sets none', async () => {
    const visitorId = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';
    const answer = await post(`${ingest.url}/api/events`, [GOOD, { ...GOOD, visitorId: 'v-2' }], {
      headers: { cookie: `visitor_id=${visitorId}` },
    });
    expect(outcomes(answer).map((each) => each['visitorId'])).toEqual([visitorId, 'v-2']);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  const good = JSON.stringify(GOOD);
  it.each([
    ['NDJSON', `${good}\n\n${good}\r\n`, 'application/x-ndjson', 2],
    ['NDJSON without a last line break', `${good}\n${good}`, 'application/x-ndjson', 2],
    ['NDJSON as text/plain', `${good}\n${good}\n`, 'text/plain', 2],
    ['one line as text/plain', good, 'text/plain', 1],
    ['JSON as text/plain', `{"events":[${good}]}`, 'text/plain', 1],
    ['JSON on several lines as text/plain', `{\n"events":[\n${good}\n]}`, 'text/plain', 1],
  ])('may be %s', async (_name, body, type, stored) => {
    expect(await batch(body, type)).toMatchObject({ status: 202, body: { stored } });
  });

  it('rejects a line that is no JSON, or hides a prototype, at its index', async () => {
    const answer = await batch(
      `${good}\n{oops\n${good.slice(0, -1)},"__proto__":{"polluted":1}}`,
      'application/x-ndjson',
    );
    expect(answer.status).toBe(202);
    expect(outcomes(answer).map((each) => [each['status'], each['reason']])).toEqual([
      ['stored', undefined],
      ['rejected', 'malformed_json'],
      ['rejected', 'invalid_shape'],
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['empty', [], 400, 'events must hold at least 1 event'],
    ['of 1,001', () => events(1_001), 413, 'events must hold at most 1,000 events in one request, not 1,001'],
    [
      'without events',
      {},
      400,
      'events must be an array: send {"events":[…]}, a bare array, or one event per line as application/x-ndjson',
    ],
    [
      'null',
      null,
      400,
      'events must be an array: send {"events":[…]}, a bare array, or one event per line as application/x-ndjson',
    ],
    ['over 1 MB', () => `[${' '.repeat(1024 * 1024)}]`, 413, 'body must be at most 1,048,576 bytes'],
  ])('that is %s is refused whole', async (_name, body, status, message) => {
    const answer = await batch(typeof body === 'function' ? body() : body);
    expect(answer).toMatchObject({ status, body: { statusCode: status, message: [message] } });
  });

  it('with no valid event is a 400 that says why for each', async () => {
    const answer = await batch([null, { ...GOOD, path: 'x' }]);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        statusCode: 400,
        message: ['no event is valid: outcomes says why for each'],
        error: 'Bad Request',
        stored: 0,
      },
    });
    expect(outcomes(answer).map((each) => each['reason'])).toEqual(['invalid_shape', 'invalid_path']);
  });
});

describe('GraphQL', () => {
  const ask = async (query: string, variables: object, headers: Record<string, string> = {}) =>
    answerOf(
      await fetch(`${ingest.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      }),
    );
  const one =
    'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { success eventId visitorId } }';
  const many =
    'mutation ($events: [TrackEventInput!]!) { trackEvents(events: $events) { stored outcomes { index status eventId reason messages } } }';

  it('stores through the same command', async () => {
    const answer = await ask(one, {
      input: { ...GOOD, siteId: 'graph', title: null, properties: { a: [1, { b: null }] } },
    });
    expect(answer.body).toMatchObject({
      data: { trackEvent: { success: true, eventId: expect.any(String) as string } },
    });
    expect(answer.headers.get('set-cookie')).toContain('visitor_id=');
    const [event] = await storedOf('graph');
    expect(event).toMatchObject({ properties: { a: [1, { b: null }] }, source: { dialect: 'graphql' } });
  });

  it('takes properties as a literal', async () => {
    const text = `mutation { trackEvent(input: { siteId: "graph-literal", eventType: "x", path: "/", timestamp: "${GOOD.timestamp}",
      properties: { a: 1.5, b: [true, null], c: { d: "e" } } }) { success } }`;
    expect((await ask(text, {})).body).toMatchObject({ data: { trackEvent: { success: true } } });
    expect((await storedOf('graph-literal'))[0]?.properties).toEqual({
      a: 1.5,
      b: [true, null],
      c: { d: 'e' },
    });
  });

  it('says what is wrong, one message for each fault', async () => {
    const answer = await ask(one, { input: { ...GOOD, siteId: '', path: 'x' } });
    expect(answer.body).toMatchObject({
      errors: [
        {
          extensions: {
            code: 'BAD_USER_INPUT',
            reason: 'invalid_site_id',
            messages: [
              'siteId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -',
              'path must start with "/", such as "/pricing"',
            ],
          },
        },
      ],
    });
  });

  it('gives a batch its outcomes by index', async () => {
    const answer = await ask(many, { events: [GOOD, { ...GOOD, path: 'x' }] });
    expect(answer.body).toMatchObject({
      data: {
        trackEvents: {
          stored: 1,
          outcomes: [
            { index: 0, status: 'stored', reason: null, messages: null },
            { index: 1, status: 'rejected', eventId: null, reason: 'invalid_path' },
          ],
        },
      },
    });
    expect((await ask(many, { events: [] })).body).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
});
