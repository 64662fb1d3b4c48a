import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { LinkActors } from '#api/share-links/link-actors.js';
import { PG_POOL } from '#database/pool.js';
import { asTenant } from '#database/tenant.js';
import { waitFor } from '../harness/wait-for.js';
import type { Answer } from './support/ask.js';
import { openAs } from './support/subscribe-as.js';
import { allNamed, operations } from './support/sweep.js';
import { ALPHA, BETA, person, startTwoTenants, type TwoTenants } from './support/two-tenants.js';

let two: TwoTenants;
beforeAll(async () => {
  two = await startTwoTenants();
  two.actors.set('editor', person('editor', ALPHA.organization));
  two.actors.set('viewer', person('viewer', ALPHA.organization));
});
afterAll(() => two.stop());

interface Made {
  readonly link: { readonly id: string; readonly hasPassword: boolean };
  readonly url: string;
}

async function make(more = ''): Promise<Made> {
  const text = `mutation { createShareLink(siteId: "${ALPHA.site}", name: "For the board"${more}) { url link { id hasPassword } } }`;
  const answer = await two.ask('editor', text);
  expect(answer.errors).toBeUndefined();
  return answer.data?.['createShareLink'] as Made;
}

const tokenOf = ({ url }: Made) => url.replace('/share/', '');

async function askWith(token: string, query: string, password?: string): Promise<Answer> {
  const response = await fetch(`${two.app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'tidemark-link': token,
      ...(password !== undefined && { 'tidemark-link-password': password }),
    },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const SITES = '{ sites { id coverage { from } } }';
const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions['code']);

describe('S08: a link', () => {
  test('shows its one site, with figures, and no other of the organization', async () => {
    const made = await make();
    expect(made.url).toMatch(/^\/share\/[A-Za-z0-9_-]{32}$/);
    const answer = await askWith(tokenOf(made), SITES);
    expect(answer.data).toEqual({ sites: [{ id: ALPHA.site, coverage: { from: '2026-03-01' } }] });
    for (const id of [ALPHA.other, BETA.site])
      expect((await askWith(tokenOf(made), `{ site(id: "${id}") { id } }`)).data).toEqual({ site: null });
    const explain = `{ site(id: "${ALPHA.site}") { explain(day: "2026-03-01") { nodes { id } } } }`;
    expect(codesOf(await askWith(tokenOf(made), explain))).toEqual(['FORBIDDEN']);
  });

  test('shows nothing of what the figures are made with', async () => {
    const token = tokenOf(await make());
    for (const field of [
      'rules { id }',
      'pendingSettings { revision }',
      'eventTypes { name }',
      'visitors { identity }',
      'origins',
    ])
      expect([field, codesOf(await askWith(token, `{ sites { ${field} } }`))]).toEqual([
        field,
        ['FORBIDDEN'],
      ]);
  });

  test('is refused every mutation', async () => {
    const token = tokenOf(await make());
    const named = { ...allNamed(two.beta.eventId, 0), ...two.beta, site: ALPHA.site };
    const mutations = operations().filter(
      ({ root, needs }) => root === 'mutation' && !needs.includes('public'),
    );
    expect(mutations.length).toBeGreaterThan(15);
    for (const { field, text } of mutations)
      expect([field, codesOf(await askWith(token, text(named)))]).toEqual([field, ['FORBIDDEN']]);
  });

  test('is worth nothing from the moment it is revoked, also on an open socket', async () => {
    const made = await make();
    const query = `subscription { siteChanged(siteId: "${ALPHA.site}") { site { id } } }`;
    const open = openAs(two.app.url, undefined, query, { link: tokenOf(made) });
    await waitFor(() => open.pushes.length > 0, { message: 'the first push' });
    const revoke = `mutation { revokeShareLink(id: "${made.link.id}") { revokedAt } }`;
    expect((await two.ask('editor', revoke)).errors).toBeUndefined();
    const at = Date.now();
    expect(codesOf(await askWith(tokenOf(made), SITES))).toEqual(['UNAUTHENTICATED']);
    const closed = await open.closed;
    expect(closed.code).toBe(4403);
    expect(closed.at - at).toBeLessThan(30_000);
  });

  test('is worth nothing once it is over', async () => {
    const made = await make(`, expiresAt: "${new Date(Date.now() + 1_500).toISOString()}"`);
    expect((await askWith(tokenOf(made), SITES)).errors).toBeUndefined();
    await waitFor(async () => codesOf(await askWith(tokenOf(made), SITES))?.[0] === 'UNAUTHENTICATED', {
      timeout: 5_000,
      message: 'the end of the link',
    });
  });

  test('with a password shows nothing without it, and is closed for a while to whoever guesses', async () => {
    const made = await make(', password: "correct horse battery"');
    const token = tokenOf(made);
    expect(made.link.hasPassword).toBe(true);
    expect(codesOf(await askWith(token, SITES))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await askWith(token, SITES, 'wrong horse'))).toEqual(['UNAUTHENTICATED']);
    for (let n = 0; n < 12; n++) await askWith(token, SITES, `guess number ${n}`);
    // Also the right one: else a guesser would be told by the time that it takes.
    expect(codesOf(await askWith(token, SITES, 'correct horse battery'))).toEqual(['UNAUTHENTICATED']);
    const other = tokenOf(await make(', password: "correct horse battery"'));
    expect((await askWith(other, SITES, 'correct horse battery')).errors).toBeUndefined();
  });

  test('is closed to those who guess side by side too; a page that asks side by side is one who tries', async () => {
    const token = tokenOf(await make(', password: "correct horse battery"'));
    // Who comes with these passwords, at once, to a process that has seen none of them.
    const kinds = async (passwords: readonly string[]) => {
      const actors = new LinkActors(two.owner);
      const come = (password: string) =>
        actors.of({ headers: { 'tidemark-link': token, 'tidemark-link-password': password } });
      return new Set((await Promise.all(passwords.map(come))).map((actor) => actor?.kind));
    };
    const right = 'correct horse battery';
    expect(await kinds(Array.from({ length: 30 }, () => right))).toEqual(new Set(['link']));
    const guesses = Array.from({ length: 40 }, (_, n) => `guess number ${n}`);
    expect(await kinds([...guesses, right])).toEqual(new Set(['anonymous']));
  });

  test('S19: is closed to those who guess in several processes', async () => {
    const token = tokenOf(await make(', password: "correct horse battery"'));
    const processes = [1, 2, 3].map(() => new LinkActors(two.owner));
    const come = (n: number, password: string) =>
      processes[n % 3]?.of({ headers: { 'tidemark-link': token, 'tidemark-link-password': password } });
    for (let n = 0; n < 10; n++) await come(n, `guess number ${n}`);
    for (const n of [0, 1, 2]) expect((await come(n, 'correct horse battery'))?.kind).toBe('anonymous');
  });

  test('that nobody made is worth nothing, whatever it looks like', async () => {
    for (const token of ['', 'x', 'A'.repeat(32), `${tokenOf(await make())}A`, "' OR 1=1 --"])
      expect(codesOf(await askWith(token, SITES))).toEqual(['UNAUTHENTICATED']);
  });

  test('stays with its organization when its site goes to another, which neither uses nor sees it', async () => {
    const made = await make();
    two.actors.set('editor of beta', person('editor', BETA.organization));
    const goesTo = ({ organization }: { readonly organization: string }) =>
      two.owner.query('UPDATE site SET organization_id = $1 WHERE name = $2', [organization, ALPHA.site]);
    const behind = () =>
      asTenant(
        two.app.app.get<Pool>(PG_POOL, { strict: false }),
        { organization: BETA.organization },
        async (client) =>
          (await client.query('SELECT FROM share_link WHERE site = $1', [ALPHA.site])).rowCount,
      );
    await goesTo(BETA);
    expect(codesOf(await askWith(tokenOf(made), SITES))).toEqual(['UNAUTHENTICATED']);
    const list = await two.ask('editor of beta', `{ shareLinks(siteId: "${ALPHA.site}") { id } }`);
    expect(list.data).toEqual({ shareLinks: [] });
    const revoke = `mutation { revokeShareLink(id: "${made.link.id}") { revokedAt } }`;
    expect(codesOf(await two.ask('editor of beta', revoke))).toEqual(['NOT_FOUND']);
    expect(await behind()).toBe(0);
    await goesTo(ALPHA);
    expect((await askWith(tokenOf(made), SITES)).errors).toBeUndefined();
  });
});

test('links are made by editors, for sites of theirs, and the token is kept nowhere', async () => {
  const made = await make();
  const { rows } = await two.owner.query<{ text: string }>('SELECT share_link::text AS text FROM share_link');
  expect(rows.map(({ text }) => text).join()).not.toContain(tokenOf(made));
  const text = (site: string, more = '') =>
    `mutation { createShareLink(siteId: "${site}", name: "x"${more}) { url } }`;
  expect(codesOf(await two.ask('viewer', text(ALPHA.site)))).toEqual(['FORBIDDEN']);
  expect(codesOf(await two.ask('editor', text(BETA.site)))).toEqual(['NOT_FOUND']);
  expect(codesOf(await two.ask('editor', text(ALPHA.site, ', password: "short"')))).toEqual([
    'BAD_USER_INPUT',
  ]);
  expect(codesOf(await two.ask('editor', text(ALPHA.site, ', expiresAt: "2020-01-01T00:00:00Z"')))).toEqual([
    'BAD_USER_INPUT',
  ]);
  const list = await two.ask('editor', `{ shareLinks(siteId: "${ALPHA.site}") { id name createdBy } }`);
  expect(list.data?.['shareLinks']).toContainEqual({
    id: made.link.id,
    name: 'For the board',
    createdBy: `user:editor-of-${ALPHA.organization}`,
  });
});
