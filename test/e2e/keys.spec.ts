import { afterAll, beforeAll, expect, it } from 'vitest';

import { LOCAL, type Person } from '#access/actor.js';
import { hashOfKey, kindOf } from '#access/key.js';
import { createPool } from '#database/pool.js';
import { WorkspaceProjector } from '#projector/workspace-projector.js';
import { silentLogger } from '#telemetry/logger.js';
import { KeySettings } from '#workspace/commands/key-settings.js';

import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { append, makeKey, makeSite } from './support/keyed.js';

// The commands are asked where nobody has to sign in; the doors of two closed processes of the same product go by them.
let open: IngestApp;
let closed: readonly [IngestApp, IngestApp];
let pool: ReturnType<typeof createPool>;
let projector: WorkspaceProjector;

beforeAll(async () => {
  open = await startIngest();
  closed = await Promise.all([
    startIngest({ open: false, beside: open }),
    startIngest({ open: false, beside: open }),
  ]);
  pool = createPool(open.databaseUrl, { max: 2 });
  projector = new WorkspaceProjector(pool, open.log, silentLogger);
  await projector.start();
  await makeSite(open, 'shop', 'o1');
  await makeSite(open, 'blog', 'o1');
  await makeSite(open, 'foreign', 'o2');
});
afterAll(async () => {
  await projector?.stop();
  await pool?.end();
  await Promise.all((closed ?? []).map((each) => each.stop()));
  await open?.stop();
});

const KEY =
  'id kind name siteId scopes origins prefix lastFour createdBy expiresAt revokedAt lastUsedAt replaces state';
const create = (given: Readonly<Record<string, unknown>>) =>
  ask(
    open,
    `mutation ($siteId: ID, $name: String!, $kind: KeyKind!, $scopes: [String!], $origins: [String!], $expiresAt: DateTime) {
      r: createKey(siteId: $siteId, name: $name, kind: $kind, scopes: $scopes, origins: $origins, expiresAt: $expiresAt) {
        key { ${KEY} } secret receipt } }`,
    given,
  );
const rotate = (id: string, overlapHours: number) =>
  ask(
    open,
    `mutation ($id: ID!, $h: Float!) { r: rotateKey(id: $id, overlapHours: $h) { key { ${KEY} } secret receipt } }`,
    { id, h: overlapHours },
  );
const revoke = (id: string) =>
  ask(open, `mutation ($id: ID!) { r: revokeKey(id: $id) { key { ${KEY} } receipt } }`, { id });
const list = (siteId?: string) =>
  ask(open, `query ($id: ID) { keys(siteId: $id) { ${KEY} } }`, { id: siteId });

interface Made {
  readonly key: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly secret: string;
  readonly receipt: string;
}
const made = (answer: Answer): Made => {
  expect(answer.errors).toBeUndefined();
  return answer.data?.['r'] as Made;
};
const errorIn = ({ errors }: Answer) => ({ message: errors?.[0]?.message, ...errors?.[0]?.extensions });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const send = (product: IngestApp, key: string, event: object = GOOD) =>
  post(`${product.url}/api/event`, event, { headers: bearer(key) });

it('S28: a key is shown once; what is listed of it, and what the log and the database hold, is not the key', async () => {
  const { key, secret } = made(await create({ siteId: 'shop', name: ' Web ', kind: 'PUBLIC' }));
  expect(kindOf(secret)).toBe('public');
  expect(key).toMatchObject({
    kind: 'PUBLIC',
    name: 'Web',
    siteId: 'shop',
    scopes: ['write'],
    origins: [],
    prefix: secret.slice(0, 7),
    lastFour: secret.slice(-4),
    createdBy: 'local-operator',
    state: 'ACTIVE',
  });
  const listed = await list('shop');
  expect(JSON.stringify(listed)).toContain(key.id);
  expect(JSON.stringify(listed)).not.toContain(secret);
  const records: string[] = [];
  await (
    await open.log.workspace.follow(({ text }) => records.push(text))
  )();
  expect(records.join('\n')).toContain(hashOfKey(secret));
  expect(records.join('\n')).not.toContain(secret);
  await waitFor(async () => (await trail('shop')).some(({ action }) => action === 'KeyCreated'), {
    message: 'the audit trail to be written',
  });
  const { rows } = await pool.query<{ text: string }>(
    'SELECT to_jsonb(c)::text AS text FROM setting_change c',
  );
  expect(rows.map(({ text }) => text).join('\n')).toContain(secret.slice(0, 7));
  expect(rows.map(({ text }) => text).join('\n')).not.toContain(secret.slice(0, 12));
});

async function trail(siteId: string): Promise<{ action: string; settings: object[] }[]> {
  const query = 'query ($id: ID) { auditTrail(siteId: $id) { action settings { setting before after } } }';
  return (await ask(open, query, { id: siteId })).data?.['auditTrail'] as {
    action: string;
    settings: object[];
  }[];
}

it.each([
  [{ name: '', kind: 'PUBLIC', siteId: 'shop' }, /^name must be/],
  [{ name: 'a', kind: 'PUBLIC' }, /^siteId must be given/],
  [{ name: 'a', kind: 'SECRET' }, /^siteId must be given/],
  [{ name: 'a', kind: 'PUBLIC', siteId: 'shop', scopes: ['read'] }, /^scopes must be left out/],
  [
    { name: 'a', kind: 'SECRET', siteId: 'shop', scopes: ['all'] },
    /^scopes must be one or more of write, read, admin/,
  ],
  [
    { name: 'a', kind: 'SECRET', siteId: 'shop', origins: ['https://a.example'] },
    /^origins must be left out/,
  ],
  [{ name: 'a', kind: 'PUBLIC', siteId: 'shop', origins: ['a.example'] }, /^origins\[0\] must be an origin/],
  [{ name: 'a', kind: 'PUBLIC', siteId: 'shop', expiresAt: '2020-01-01T00:00:00Z' }, /^expiresAt must be/],
])('a key that cannot be is refused by its field: %j', async (given, message) => {
  expect(errorIn(await create(given))).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringMatching(message) as string,
  });
});

it('input 25: a key that is revoked is worth nothing in every process within a second', async () => {
  const { key, secret } = made(await create({ siteId: 'shop', name: 'To go', kind: 'SECRET' }));
  for (const product of closed) {
    await waitFor(async () => (await send(product, secret)).status === 202, {
      message: 'the key to be known',
    });
  }
  expect(made(await revoke(key.id)).key).toMatchObject({ state: 'REVOKED' });
  const since = performance.now();
  for (const product of closed) {
    await waitFor(async () => (await send(product, secret)).status === 401, {
      interval: 5,
      message: 'the key to be refused',
    });
    expect(performance.now() - since).toBeLessThan(1_000);
  }
  expect(errorIn(await rotate(key.id, 1))).toMatchObject({
    message: 'id must be that of a key that works: it is revoked; create another one',
  });
  // The same again changes nothing.
  expect(made(await revoke(key.id)).key).toMatchObject({ state: 'REVOKED' });
});

it('S30: while a key is rotated every event is stored; the old one ends with the overlap', async () => {
  const old = made(
    await create({ siteId: 'blog', name: 'Server', kind: 'SECRET', scopes: ['write', 'read'] }),
  );
  const [product] = closed;
  await waitFor(async () => (await send(product, old.secret)).status === 202, {
    message: 'the key to be known',
  });
  let current = old.secret;
  let going = true;
  const answers: number[] = [];
  const sender = (async () => {
    while (going) answers.push((await send(product, current)).status);
  })();
  // One second and a half.
  const next = made(await rotate(old.key.id, 1.5 / 3_600));
  expect(next.key).toMatchObject({
    kind: 'SECRET',
    name: 'Server',
    siteId: 'blog',
    scopes: ['write', 'read'],
    replaces: old.key.id,
    state: 'ACTIVE',
    expiresAt: null,
  });
  const sentWithOld = answers.length;
  await waitFor(() => answers.length > sentWithOld + 20, { message: 'events beside the rotation' });
  await waitFor(async () => (await send(product, next.secret)).status === 202, { message: 'the new key' });
  current = next.secret;
  await waitFor(async () => (await send(product, old.secret)).body?.['statusCode'] === 401, {
    message: 'the old key to end',
  });
  going = false;
  await sender;
  expect(answers.length).toBeGreaterThan(20);
  expect(new Set(answers)).toEqual(new Set([202]));
  expect((await send(product, next.secret)).status).toBe(202);
});

it('a key that two people rotate in the same moment gives both of them one that works, and ends by the sooner of their words', async () => {
  const settings = open.app.get(KeySettings, { strict: false });
  const { id } = await makeKey(open, 'blog', { kind: 'secret' });
  const before = Date.now();
  const outcomes = await Promise.all([2, 1, 3].map((hours) => settings.rotate(LOCAL, id, hours)));
  const secrets = outcomes.map((outcome) => ('key' in outcome ? outcome.secret : outcome));
  expect(secrets.map(kindOf)).toEqual(['secret', 'secret', 'secret']);
  expect((open.workspace.keys.key(id)?.expiresAt ?? Infinity) - before).toBeLessThan(1.5 * 3_600_000);
});

it('a key is listed by whoever has its site, and by nobody else', async () => {
  const settings = open.app.get(KeySettings, { strict: false });
  const owner = (organizationId: string): Person => ({
    kind: 'person',
    userId: `u-${organizationId}`,
    sessionId: 's',
    expiresAt: Infinity,
    operator: false,
    organizationId,
    role: 'owner',
  });
  const bound = await makeKey(open, 'foreign', { actor: owner('o2') });
  const all = await makeKey(open, undefined, { actor: owner('o2'), kind: 'secret' });
  const ids = (organizationId: string, siteId?: string) =>
    settings.list(owner(organizationId), siteId)?.map(({ id }) => id);
  expect(ids('o2')).toEqual([bound.id, all.id]);
  expect(ids('o2', 'foreign')).toEqual([bound.id, all.id]);
  expect(ids('o1')).not.toContain(bound.id);
  expect(ids('o1')).not.toContain(all.id);
  expect(ids('o1', 'foreign')).toBeUndefined();
  const foreign = { refused: 'unknown_key' };
  expect(await settings.revoke(owner('o1'), bound.id)).toMatchObject(foreign);
  expect(await settings.revoke(owner('o1'), all.id)).toMatchObject(foreign);
  expect(await settings.rotate(owner('o1'), bound.id, 1)).toMatchObject(foreign);
  expect(await settings.revoke(owner('o1'), 'no-such-key')).toMatchObject(foreign);
  expect(await settings.create(owner('o1'), 'foreign', { name: 'a', kind: 'public' })).toMatchObject({
    refused: 'unknown_site',
  });
});

it('a public key goes with its site to another organization, and a secret one ends', async () => {
  await makeSite(open, 'moving', 'o1');
  const [product] = closed;
  const web = await makeKey(open, 'moving');
  const server = await makeKey(open, 'moving', { kind: 'secret' });
  await waitFor(async () => (await send(product, server.text)).status === 202, {
    message: 'the key to be known',
  });
  const moved = await ask(
    open,
    'mutation { transferSite(siteId: "moving", organizationId: "o2") { changed } }',
  );
  expect(moved.data).toEqual({ transferSite: { changed: true } });
  await waitFor(async () => (await send(product, server.text)).status === 401, { message: 'the key to end' });
  expect((await send(product, web.text)).status).toBe(202);
  expect(open.workspace.site('moving')?.organizationId).toBe('o2');
});

it('keys of a deleted site are keys of none', async () => {
  await makeSite(open, 'gone', 'o1');
  const { id } = await makeKey(open, 'gone');
  const at = Date.now();
  await append(open, { type: 'SiteDeletionScheduled', siteId: 'gone', deletesAt: at, at, actor: 'test' });
  expect(errorIn(await list('gone'))).toMatchObject({ code: 'NOT_FOUND' });
  expect(errorIn(await revoke(id))).toMatchObject({ code: 'NOT_FOUND', reason: 'unknown_key' });
});
