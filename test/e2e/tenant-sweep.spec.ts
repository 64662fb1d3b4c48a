import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Actor, ANONYMOUS, type KeyHolder, type LinkHolder, LOCAL } from '#access/actor.js';
import { mayOne } from '#access/needs.js';
import { type Permission, permissions, ROLES } from '#access/permissions.js';
import { waitFor } from '../harness/wait-for.js';
import type { Answer } from './support/ask.js';
import { allNamed, fieldsByNeed, type Named, operations } from './support/sweep.js';
import { openAs, subscribeAs } from './support/subscribe-as.js';
import { ALPHA, BETA, NOBODYS, person, startTwoTenants, type TwoTenants } from './support/two-tenants.js';

let two: TwoTenants;
const all = operations();

const key = (change: Partial<KeyHolder> = {}): KeyHolder => ({
  kind: 'key',
  keyId: 'key-of-alpha',
  organizationId: ALPHA.organization,
  siteId: undefined,
  scopes: ['read', 'write', 'admin'],
  ...change,
});
const link: LinkHolder = {
  kind: 'link',
  linkId: 'link',
  organizationId: ALPHA.organization,
  siteId: ALPHA.site,
};

const actors: Readonly<Record<string, Actor>> = {
  ...Object.fromEntries(ROLES.map((role) => [role, person(role, ALPHA.organization)])),
  'of no organization': person(undefined, '', { organizationId: undefined }),
  'operator of no organization': person(undefined, '', { organizationId: undefined, operator: true }),
  'all scopes': key(),
  'all scopes of one site': key({ siteId: ALPHA.site }),
  'read key': key({ scopes: ['read'] }),
  'write key': key({ scopes: ['write'] }),
  'admin key': key({ scopes: ['admin'] }),
  link,
  anonymous: ANONYMOUS,
};

beforeAll(async () => {
  two = await startTwoTenants();
  for (const [name, actor] of Object.entries(actors)) two.actors.set(name, actor);
});
afterAll(() => two.stop());

const foreign = (site: string = BETA.site): Named => ({
  ...allNamed(two.beta.eventId, 0),
  site,
  ...two.beta,
});
const NOWHERE = '00000000-0000-7000-8000-00000000dead';
const random: Named = {
  ...allNamed(NOWHERE, 0),
  site: 'never-was',
  job: 987_654,
  deadLetter: 987_655,
  receipt: '0:987656:0',
};

/** The answer without what was asked for, without how much of the log is in it, and without the request's own ID. */
function shape(
  { extensions: _, ...answer }: Answer,
  { site, job, deadLetter, eventId, receipt, link: linkId }: Named,
): string {
  let text = JSON.stringify(answer).replace(/"requestId":"[^"]*"/g, '"requestId":""');
  for (const each of [site, receipt, eventId, linkId, String(job), String(deadLetter)])
    text = text.replaceAll(new RegExp(`(?<![0-9a-z])${each}(?![0-9a-z])`, 'g'), '<id>');
  return text;
}

/** Operations about which S01 cannot say that a foreign ID is as a random one, and why. */
const OF_THEIR_OWN = new Set([
  // The ID of a site is unique in the installation: it is told that it is taken, and nothing more.
  'createSite',
  // What a key may send to is the doors' own matter.
  'trackEvent',
  'trackEvents',
]);

const sweepers = ['owner', 'admin', 'all scopes', 'all scopes of one site'];
const asked = all.filter(({ root, field }) => root !== 'subscription' && !OF_THEIR_OWN.has(field));

describe.each(sweepers)('S01, S02: as %s of another organization', (as) => {
  test.each(asked.map((operation) => [operation.field, operation] as const))('%s', async (_, operation) => {
    const found = await two.ask(as, operation.text(foreign()));
    const nothing = await two.ask(as, operation.text(random));
    expect(found.status).toBe(nothing.status);
    expect(nothing.errors?.map(({ extensions }) => extensions['code']) ?? []).not.toContain(
      'GRAPHQL_VALIDATION_FAILED',
    );
    expect(shape(found, foreign())).toBe(shape(nothing, random));
    expect(JSON.stringify(nothing)).not.toMatch(new RegExp(`${BETA.site}|${NOBODYS}|${BETA.organization}`));
  });
});

test('S01: the same operations find what is of the one who asks, so that the sweep looks at something', async () => {
  two.actors.set('beta', person('owner', BETA.organization));
  const named = foreign();
  const found: string[] = [];
  for (const operation of asked.filter(({ root, names }) => root === 'query' && names)) {
    const [own, nothing] = [
      await two.ask('beta', operation.text(named)),
      await two.ask('beta', operation.text(random)),
    ];
    if (shape(own, named) !== shape(nothing, random)) found.push(operation.field);
  }
  expect(found.sort()).toEqual(
    expect.arrayContaining(['deadLetters', 'eventStatus', 'job', 'shareLinks', 'site']),
  );
});

test('S01: a key of one site has nothing of the other sites of its organization', async () => {
  const text = (id: string) => `{ site(id: "${id}") { id } sites { id } }`;
  const answer = await two.ask('all scopes of one site', text(ALPHA.other));
  expect(answer.data).toEqual({ site: null, sites: [{ id: ALPHA.site }] });
});

test('S01: whoever tells a site ID that is taken learns only that', async () => {
  const answer = await two.ask('owner', `mutation { createSite(siteId: "${BETA.site}") { revision } }`);
  expect(answer.errors?.[0]?.extensions['code']).toMatch(/NOT_FOUND|BAD_USER_INPUT/);
  expect(JSON.stringify(answer)).not.toContain(BETA.organization);
});

describe('S01: subscriptions about what is somebody else’s', () => {
  test.each(all.filter(({ root }) => root === 'subscription').map((each) => [each.field, each] as const))(
    '%s',
    async (_, operation) => {
      const got = await subscribeAs(two.app.url, 'owner', operation.text(foreign()), 1_200);
      const nothing = await subscribeAs(two.app.url, 'owner', operation.text(random), 1_200);
      const text = JSON.stringify(got.pushes);
      expect(text).not.toMatch(new RegExp(`"${BETA.site}"|${NOBODYS}`));
      const first = ({ pushes }: typeof got) => shape((pushes[0] ?? {}) as Answer, foreign());
      expect(first(got)).toBe(first(nothing));
      if (operation.names) expect(text).not.toContain(two.beta.eventId);
    },
  );
});

/** Fields of a site that need more than the site. */
const INNER: Readonly<Record<string, string>> = {
  explain: 'explain(day: "2026-03-01", first: 1) { nodes { id } }',
  eventTypes: 'eventTypes { name }',
  origins: 'origins',
  pendingSettings: 'pendingSettings { revision }',
  rules: 'rules { id }',
  visitors: 'visitors { identity }',
};
const mayAsk = (actor: Actor) => (needs: readonly string[]) => mayOne(actor, needs as Permission[]);

describe('S07: only what the table of permissions lists is allowed', () => {
  const cells = Object.entries(actors).map(([name, actor]) => [name, actor] as const);

  test('every operation says what it needs', () => {
    const known = [...Object.keys(permissions), 'public', 'signed-in', 'operate'];
    for (const { field, needs } of all) {
      expect([field, needs.length > 0]).toEqual([field, true]);
      expect(known).toEqual(expect.arrayContaining([...needs]));
    }
  });

  test.each(cells)('%s', async (name, actor) => {
    const table: Record<string, boolean> = {};
    const expected: Record<string, boolean> = {};
    for (const { root, field, needs, text } of all.filter((each) => each.root !== 'subscription')) {
      const answer = await two.ask(name, text(random, mayAsk(actor)));
      const codes = answer.errors?.map(({ extensions }) => extensions['code']) ?? [];
      // Behind the wall, what belongs to a session asks for one that is real: these people have none.
      const denials = actor.kind === 'person' ? ['FORBIDDEN'] : ['FORBIDDEN', 'UNAUTHENTICATED'];
      table[`${root} ${field}`] = !codes.some((code) => denials.includes(String(code)));
      expected[`${root} ${field}`] = mayOne(actor, needs as Permission[]);
      if (actor.kind === 'anonymous' && !expected[`${root} ${field}`])
        expect(codes).toEqual(['UNAUTHENTICATED']);
    }
    expect(table).toEqual(expected);
  });

  // What may be had comes with the first push, and what may not is said in its place.
  test.each(cells)('%s, in subscriptions', async (name, actor) => {
    const own: Named = { ...random, site: ALPHA.site };
    const subscriptions = all.filter(({ root }) => root === 'subscription');
    const verdicts = subscriptions.map(async ({ field, text }) => {
      const open = openAs(two.app.url, name, text(own, mayAsk(actor)));
      let closed = false;
      void open.closed.then(() => (closed = true));
      await waitFor(() => open.pushes.length > 0 || closed, {
        timeout: 60_000,
        message: `${field}: an answer`,
      });
      await open.dispose();
      // Nobody in particular is refused before anything is asked.
      const [first = { errors: [{ extensions: { code: 'FORBIDDEN' } }] }] = open.pushes as Answer[];
      return [field, first.errors === undefined || first.errors[0]?.extensions['code']] as const;
    });
    const expected = subscriptions.map(({ field, needs }) => {
      return [field, mayOne(actor, needs as Permission[]) || 'FORBIDDEN'] as const;
    });
    expect(Object.fromEntries(await Promise.all(verdicts))).toEqual(Object.fromEntries(expected));
  });

  test.each(cells)('%s, in what is asked of a site that may be seen', async (name, actor) => {
    const inner = Object.entries(fieldsByNeed()).flatMap(([need, fields]) =>
      fields.flatMap((field) => (field.startsWith('Site.') ? [[field.slice('Site.'.length), need]] : [])),
    );
    expect(inner.map(([field]) => field).sort()).toEqual(Object.keys(INNER).sort());
    for (const [field = '', need] of inner) {
      const answer = await two.ask(name, `{ site(id: "${ALPHA.site}") { id ${INNER[field]} } }`);
      const sees = mayOne(actor, ['figures.read']) && mayOne(actor, [need as Permission]);
      if (sees) expect([field, answer]).toMatchObject([field, { data: { site: { id: ALPHA.site } } }]);
      else
        expect([field, answer.errors?.[0]?.extensions['code']]).toEqual([
          field,
          actor.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN',
        ]);
      expect([field, answer.errors === undefined]).toEqual([field, sees]);
    }
  });

  test('S08: a link may see its site, and nothing else', () => {
    const allowed = all.filter(({ needs }) => mayOne(link, needs as Permission[]));
    const needed = new Set(allowed.flatMap(({ needs }) => needs));
    expect(allowed.filter(({ root, needs }) => root === 'mutation' && !needs.includes('public'))).toEqual([]);
    expect([...needed].filter((need) => need !== 'public')).toEqual(['figures.read']);
  });

  test('a viewer may change nothing', () => {
    const viewer = person('viewer', ALPHA.organization);
    const changes = all.filter(
      ({ root, needs }) => root === 'mutation' && mayOne(viewer, needs as Permission[]),
    );
    const harmless = new Set(['public', 'signed-in']);
    expect(changes.filter(({ needs }) => !needs.every((need) => harmless.has(need)))).toEqual([]);
  });
});

test('S07: nobody in particular is not told how far the figures are', async () => {
  const far = '@waitFor(receipt: "0:9007199254740991:0", seconds: 0)';
  const answer = await two.ask('anonymous', `query ${far} { __typename }`);
  expect(answer).toEqual({ status: 200, data: { __typename: 'Query' } });
  expect((await two.ask('anonymous', `query ${far} { sites { id } }`)).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  expect((await two.ask('viewer', `query ${far} { __typename }`)).errors).toMatchObject([
    { extensions: { code: 'PROJECTION_BEHIND' } },
  ]);
  const rest = `${two.app.url}/api/stats?siteId=${ALPHA.site}&date=2026-03-01&waitFor=0:9007199254740991:0&waitForSeconds=0`;
  expect((await fetch(rest)).status).toBe(401);
});

describe('HTTP addresses', () => {
  const get = (path: string, as: string, headers: Record<string, string> = {}) =>
    fetch(`${two.app.url}${path}`, { headers: { 'test-actor': as, ...headers } });

  test.each(['/api/stats?siteId=alpha-shop&date=2026-03-01', '/api/refused'])(
    '%s is closed to nobody in particular',
    async (path) => {
      const answer = await get(path, 'anonymous');
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({
        statusCode: 401,
        message: [expect.stringContaining('Sign in')],
      });
      expect((await get(path, 'write key')).status).toBe(403);
    },
  );

  test('figures of a day are those of the organization, and the rest is as if it were not there', async () => {
    expect((await get(`/api/stats?siteId=${ALPHA.site}&date=2026-03-01`, 'viewer')).status).toBe(200);
    const [foreignAnswer, nothing] = [
      await get(`/api/stats?siteId=${BETA.site}&date=2026-03-01`, 'viewer'),
      await get('/api/stats?siteId=never-was&date=2026-03-01', 'viewer'),
    ];
    expect([foreignAnswer.status, nothing.status]).toEqual([404, 404]);
    expect((await foreignAnswer.text()).replace(BETA.site, 'never-was')).toBe(await nothing.text());
  });

  test('metrics are for operators, and for programs of this machine that no proxy stands before', async () => {
    expect((await get('/metrics', 'anonymous')).status).toBe(200);
    const proxied = { 'x-forwarded-for': '192.0.2.1' };
    expect((await get('/metrics', 'anonymous', proxied)).status).toBe(401);
    expect((await get('/metrics', 'owner', proxied)).status).toBe(403);
    expect((await get('/metrics', 'operator of no organization', proxied)).status).toBe(200);
  });

  test('health and files are open', async () => {
    expect((await get('/health/live', 'anonymous')).status).toBe(200);
  });
});

test('where nobody has to sign in, whoever asks may everything', () => {
  expect(all.filter(({ needs }) => !mayOne(LOCAL, needs as Permission[]))).toEqual([]);
});
