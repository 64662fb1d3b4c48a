import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createPool } from '#database/pool.js';

import { startStack, type Stack } from '../harness/stack.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post } from './support/ingest-app.js';
import {
  bearer,
  createdKey,
  DAY,
  eventsOf,
  realTenant,
  type RealTenant,
  sent,
} from './support/real-tenants.js';
import { openWith } from './support/subscribe-as.js';
import { allNamed, type Named, operations } from './support/sweep.js';

// One closed product as it is started, and two people who have registered there, each with an organization.
let stack: Stack;
let alpha: RealTenant;
let beta: RealTenant;
let oneSite: string;

beforeAll(async () => {
  stack = await startStack({ env: { TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' } });
  const { databaseUrl } = stack.runtime;
  const pool = createPool(databaseUrl, { max: 1 });
  // A number that stands for nothing else in an answer.
  await pool.query('ALTER SEQUENCE job_id_seq RESTART 770001');
  await pool.end();
  // The first one who registers is the operator, too: whose walls are tried is neither of the two.
  await realTenant(stack, databaseUrl, 'operator', 880_001);
  alpha = await realTenant(stack, databaseUrl, 'alpha', 880_002);
  beta = await realTenant(stack, databaseUrl, 'beta', 880_003);
  oneSite = (await createdKey(alpha.owner, 'SECRET', alpha.site, ['read', 'write', 'admin'])).secret;
});
afterAll(() => stack?.stop());

test('events come in with keys by the single door, in batches and by GraphQL, and each tenant reads its own', async () => {
  await sent(stack, alpha.publicKey, alpha.site);
  const batch = await post(
    `${stack.url}/api/events`,
    { events: [GOOD, GOOD].map((event) => ({ ...event, siteId: alpha.site, eventId: randomUUID() })) },
    { headers: bearer(alpha.secretKey) },
  );
  expect(batch.body).toMatchObject({ stored: 2 });
  const tracked = await ask(
    stack,
    `mutation ($input: TrackEventInput!) { trackEvent(input: $input) { receipt } }`,
    { input: { ...GOOD, siteId: alpha.site } },
    bearer(alpha.secretKey),
  );
  const { receipt } = tracked.data?.['trackEvent'] as { receipt: string };
  expect(await eventsOf(alpha.owner, alpha.site, receipt)).toBe(5);
  const byKey = await ask(stack, '{ sites { id } }', {}, bearer(alpha.secretKey));
  expect(byKey.data).toEqual({ sites: [{ id: alpha.site }] });
  expect(await beta.owner.field('{ sites { id } }')).toEqual([{ id: beta.site }]);
  expect(await eventsOf(beta.owner, beta.site, beta.named.receipt)).toBe(1);
  expect(await eventsOf(beta.owner, alpha.site, receipt)).toBeUndefined();
});

test('S02: a key of another organization is no key of the site, at every door', async () => {
  for (const [path, of] of [
    ['/api/event', (event: object) => event],
    ['/api/events', (event: object) => ({ events: [event] })],
  ] as const) {
    const send = (key: string, siteId: string) =>
      post(`${stack.url}${path}`, of({ ...GOOD, siteId }), { headers: bearer(key) });
    const foreign = await send(beta.secretKey, alpha.site);
    const nowhere = await send(beta.secretKey, 'never-was');
    expect(foreign.status).toBe(nowhere.status);
    expect(foreign.text).toMatch(/siteId/);
    expect(foreign.body?.['stored'] ?? 0).toBe(0);
    expect(foreign.text.replaceAll(alpha.site, 'never-was')).toBe(nowhere.text);
    // A public key is bound to one site: what it brings is that one's, whichever the event names.
    expect((await send(beta.publicKey, alpha.site)).text).not.toContain('siteId');
  }
  const { receipt } = await sent(stack, beta.publicKey, beta.site);
  expect(await eventsOf(beta.owner, beta.site, receipt)).toBe(4);
  expect(await eventsOf(alpha.owner, alpha.site, alpha.named.receipt)).toBe(5);
});

const NOWHERE = 'abcdefghijklmnopqrstuvwxyzABCDEF';
const random: Named = {
  ...allNamed(NOWHERE, 0),
  ...{ site: 'never-was', job: 987_654, deadLetter: 987_655, receipt: '0:987656:0' },
  ...{ eventId: randomUUID(), link: randomUUID(), id: randomUUID() },
};

/** Without what was asked for, and without the request's own ID. */
function shape({ extensions: _, ...answer }: Answer, named: Named): string {
  const text = JSON.stringify(answer).replace(/"requestId":"[^"]*"/g, '"requestId":""');
  return Object.values(named).reduce<string>(
    (left, each) => left.replaceAll(new RegExp(`(?<![0-9a-zA-Z])${each}(?![0-9a-zA-Z])`, 'g'), '<id>'),
    text,
  );
}

const session = (): Record<string, string> => ({ cookie: alpha.owner.cookie });
const sweepers: Readonly<Record<string, () => Record<string, string>>> = {
  'S01 with real sessions': session,
  'S02 with a key of all scopes': () => bearer(alpha.secretKey),
  'S02 with a key of one site': () => bearer(oneSite),
  'S02 with a public key': () => bearer(alpha.publicKey),
};
const naming = operations().filter(({ names }) => names);
// The ID of a site is unique in the installation: whoever wants one that is taken is told that, and nothing more.
const asked = naming.filter(({ root, field }) => root !== 'subscription' && field !== 'createSite');

describe.each(Object.entries(sweepers))(
  '%s: what is another tenant’s is as what there is not',
  (_, headers) => {
    test.each(asked.map((each) => [each.field, each] as const))('%s', async (__, operation) => {
      const found = await ask(stack, operation.text(beta.named), {}, headers());
      const nothing = await ask(stack, operation.text(random), {}, headers());
      expect(nothing.errors?.map(({ extensions }) => extensions['code']) ?? []).not.toContain(
        'GRAPHQL_VALIDATION_FAILED',
      );
      expect(shape(found, beta.named)).toBe(shape(nothing, random));
      expect(JSON.stringify(nothing)).not.toMatch(new RegExp(`${beta.site}|${beta.organization}`));
    });
  },
);

test('S01 with real sessions: the sweep names what its owner finds', async () => {
  const found: string[] = [];
  for (const { field, root, text } of asked) {
    if (root !== 'query') continue;
    const of = async (named: Named) =>
      shape(await ask(stack, text(named), {}, { cookie: beta.owner.cookie }), named);
    if ((await of(beta.named)) !== (await of(random))) found.push(field);
  }
  expect(found.sort()).toEqual(
    ['auditTrail', 'deadLetters', 'eventStatus', 'job', 'keys', 'shareLinks', 'site'].sort(),
  );
});

/** What names several things: each by what of a name is in it, and the things. */
const several = [
  ...asked.map(({ field, text }) => ({ field, text })),
  {
    field: 'previewRule without a rule',
    text: ({ site, id }: Named) =>
      `mutation { previewRule(siteId: "${site}", remove: "${id}") { __typename } }`,
  },
  ...['retryDeadLetters(', 'discardDeadLetters(note: "a test", '].map((field) => ({
    field: `${field} of a site`,
    text: ({ site, deadLetter }: Named) =>
      `mutation { ${field}selection: { site: "${site}", id: ${deadLetter} }) { __typename } }`,
  })),
].flatMap(({ field, text }) => {
  const things = (Object.keys(random) as (keyof Named)[]).filter(
    (thing) => text({ ...random, [thing]: 'other' }) !== text(random),
  );
  return things.length < 2 ? [] : things.map((thing) => ({ field, thing, text }));
});

describe.each(Object.entries(sweepers).slice(0, 2))(
  '%s: one thing of another tenant’s beside one’s own is as one that there is not',
  (_, headers) => {
    test.each(several)('$field, its $thing', async ({ thing, text }) => {
      const of = async (named: Named) => {
        const mixed = { ...alpha.named, [thing]: named[thing] };
        return shape(await ask(stack, text(mixed), {}, headers()), mixed);
      };
      expect(await of(beta.named)).toBe(await of(random));
    });
  },
);

test('S01 with real sessions: with one’s own things alone the same operations do what they say', async () => {
  const fields = new Map(several.map(({ field, text }) => [field, text]));
  expect([...fields.keys()]).toEqual(expect.arrayContaining(['eventStatus', 'undoRule', 'transferSite']));
  for (const field of ['eventStatus', 'previewRule without a rule', 'removeRule']) {
    const answer = await ask(stack, fields.get(field)?.(alpha.named) ?? '', {}, session());
    expect(answer.errors, field).toBeUndefined();
    expect(JSON.stringify(answer), field).not.toContain('UNKNOWN');
  }
  const kept = await beta.owner.field('{ site(id: "beta-shop") { rules { id } } }');
  expect(kept).toEqual({ rules: [{ id: beta.named.id }] });
});

test.each(naming.filter(({ root }) => root === 'subscription').map((each) => [each.field, each] as const))(
  'S01 with real sessions: subscription %s',
  async (_, operation) => {
    const firstOf = async (named: Named, headers = session()) => {
      const open = openWith(stack.url, headers, operation.text(named));
      await sleep(1_500);
      await open.dispose();
      return shape((open.pushes[0] ?? {}) as Answer, named);
    };
    const nothing = await firstOf(random);
    expect(await firstOf(beta.named)).toBe(nothing);
    expect(await firstOf(beta.named, { cookie: beta.owner.cookie })).not.toBe(nothing);
  },
);

test('S01 with real sessions: a site can be given to no organization of others', async () => {
  const give = (to: string) =>
    alpha.owner.ask(
      'mutation ($site: ID!, $to: ID!) { transferSite(siteId: $site, organizationId: $to) { revision } }',
      {
        ...{ site: alpha.site, to },
      },
    );
  const foreign = await give(beta.organization);
  expect(foreign.message?.replaceAll(beta.organization, '')).toBe(
    (await give(NOWHERE)).message?.replaceAll(NOWHERE, ''),
  );
  expect(foreign.code).toMatch(/NOT_FOUND|BAD_USER_INPUT/);
  expect(await alpha.owner.field('{ sites { id } }')).toEqual([{ id: alpha.site }]);
});

test('S01 with real sessions: REST has the figures of whoever asks, and those who are refused of their own sites', async () => {
  const get = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(`${stack.url}${path}`, { headers });
    return { status: answer.status, text: await answer.text() };
  };
  const stats = (site: string) => `/api/stats?siteId=${site}&date=${DAY}`;
  const keyed = bearer(alpha.secretKey);
  for (const headers of [session(), keyed]) {
    expect((await get(stats(alpha.site), headers)).status).toBe(200);
    const foreign = await get(stats(beta.site), headers);
    const nothing = await get(stats('never-was'), headers);
    expect(foreign.status).toBe(404);
    expect(foreign.text.replaceAll(beta.site, 'never-was')).toBe(nothing.text);
  }
  const bad = { ...GOOD, siteId: beta.site, eventType: '' };
  expect((await post(`${stack.url}/api/event`, bad, { headers: bearer(beta.publicKey) })).status).toBe(400);
  expect((await get('/api/refused', { cookie: beta.owner.cookie })).text).toContain(beta.site);
  for (const headers of [session(), keyed])
    expect((await get('/api/refused', headers)).text).not.toContain(beta.site);
});
