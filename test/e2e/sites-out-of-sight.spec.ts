import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { type Browser, invited, joined } from './accounts/person.js';
import { ask } from './support/ask.js';
import { GOOD, post } from './support/ingest-app.js';
import {
  bearer,
  createdKey,
  createdLink,
  createdSite,
  DAY,
  eventsOf,
  registered,
  sent,
  type Sent,
} from './support/real-tenants.js';
import { openWith } from './support/subscribe-as.js';

// A site that somebody had, and has no more: it is as one that there never was, in every answer.
let stack: Stack;
let owner: Browser;
/** Of the same organization, and of no other. */
let admin: Browser;
let heir: Browser;
let heirs: string;

beforeAll(async () => {
  stack = await startStack({ env: { TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' } });
  await registered(stack, 'operator');
  owner = await registered(stack, 'ada');
  heir = await registered(stack, 'hedy');
  heirs = (await heir.viewer())?.organization?.id ?? '';
  admin = await joined(owner, 'alan@example.org', 'admin');
  // Whoever gives a site away may make sites where it goes to.
  const own = (await owner.viewer())?.organization?.id;
  const id = await invited(heir, 'ada@example.org', 'admin');
  await owner.field('mutation ($id: ID!) { acceptInvitation(id: $id) { id } }', { id });
  await owner.field('mutation ($id: ID!) { switchOrganization(id: $id) { id } }', { id: own });
});
afterAll(() => stack?.stop());

interface Had extends Sent {
  readonly site: string;
  readonly publicKey: string;
  readonly boundKey: string;
  readonly link: string;
}

async function siteWithAll(site: string): Promise<Had> {
  await createdSite(owner, site);
  const publicKey = (await createdKey(owner, 'PUBLIC', site)).secret;
  const boundKey = (await createdKey(owner, 'SECRET', site, ['read', 'write', 'admin'])).secret;
  const event = await sent(stack, publicKey, site);
  expect(await eventsOf(owner, site, event.receipt)).toBe(1);
  return { ...event, site, publicKey, boundKey, link: (await createdLink(owner, site)).token };
}

interface Asked {
  readonly site: string;
  readonly eventId: string;
  readonly receipt: string;
}

const NOTHING: Asked = {
  ...{ site: 'never-was', eventId: '01900000-0000-7000-8000-00000000dead', receipt: '0:987654:0' },
};
const FIGURES = `dailyStats(range: { from: "${DAY}", to: "${DAY}" }) { events }`;

/** GraphQL that names a site, or all of them. */
const questions = ({ site, eventId, receipt }: Asked): Readonly<Record<string, string>> => ({
  sites: '{ sites { id } }',
  archived: '{ sites(archived: true) { id } }',
  site: `{ site(id: "${site}") { id ${FIGURES} explain(day: "${DAY}") { nodes { id } } } }`,
  asOf: `{ site(id: "${site}", asOf: { time: "2020-01-01T00:00:00Z" }) { ${FIGURES} } }`,
  status: `{ eventStatus(siteId: "${site}", eventId: "${eventId}") { state position } }`,
  copy: `{ eventStatus(siteId: "${site}", eventId: "${eventId}", receipt: "${receipt}") { state position } }`,
  letters: `{ deadLetters(filter: { site: "${site}" }) { totalCount } }`,
  allLetters: '{ deadLetters { nodes { site } } }',
  trail: `{ auditTrail(siteId: "${site}") { action } }`,
  wholeTrail: '{ auditTrail(first: 200) { siteId } }',
  links: `{ shareLinks(siteId: "${site}") { id } }`,
  keys: `{ keys(siteId: "${site}") { id } }`,
  rename: `mutation { renameSite(siteId: "${site}", name: "x") { revision } }`,
  preview: `mutation { previewRule(siteId: "${site}", rule: { kind: EXCLUDE_BOTS }) { jobId } }`,
  share: `mutation { createShareLink(siteId: "${site}", name: "x") { url } }`,
  key: `mutation { createKey(siteId: "${site}", kind: PUBLIC, name: "x") { secret } }`,
  cancel: `mutation { cancelSiteDeletion(siteId: "${site}") { revision } }`,
  track: `mutation { trackEvent(input: { siteId: "${site}", eventType: "page_view", path: "/", timestamp: "${GOOD.timestamp}" }) { receipt } }`,
});

/** All that somebody can ask about a site, and what is answered: without the site's own name. */
async function answers(headers: Record<string, string>, asked: Asked): Promise<Record<string, string>> {
  const { site } = asked;
  const found: Record<string, string> = {};
  for (const [name, query] of Object.entries(questions(asked))) {
    const { data, errors } = await ask(stack, query, {}, headers);
    const faults = errors?.map(({ message, extensions }) => [extensions['code'], message]);
    expect(JSON.stringify(faults ?? [])).not.toContain('GRAPHQL_VALIDATION_FAILED');
    found[name] = JSON.stringify([data, faults]);
  }
  for (const path of [`/api/stats?siteId=${site}&date=${DAY}`, `/api/refused?site=${site}`]) {
    const answer = await fetch(`${stack.url}${path}`, { headers });
    found[path.slice(0, 12)] = `${answer.status} ${await answer.text()}`;
  }
  const feed = openWith(
    stack.url,
    headers,
    `subscription { eventFeed(siteId: "${site}", recent: 100) { items { siteId } } }`,
  );
  await waitFor(() => feed.pushes.length > 0, { message: 'the feed' });
  found['feed'] = JSON.stringify(feed.pushes[0]);
  await feed.dispose();
  return Object.fromEntries(
    Object.entries(found).map(([name, answer]) => [name, answer.replaceAll(site, '<site>')]),
  );
}

const session = ({ cookie }: Browser) => ({ cookie });

async function expectOutOfSight(who: Browser, had: Had): Promise<void> {
  await waitFor(async () => (await who.field(`{ site(id: "${had.site}") { id } }`)) === null, {
    message: 'the read models to know it',
  });
  const nothing = await answers(session(who), NOTHING);
  expect(await answers(session(who), had)).toEqual(nothing);
  // Nor is it named where nobody has asked for it.
  expect(JSON.stringify(nothing)).not.toContain(had.site);
}

/** Everybody who saw the site, on a socket, before it goes. */
function watchers({ site }: Had) {
  const figures = `subscription { siteChanged(siteId: "${site}") { site { id } } }`;
  const feed = `subscription { eventFeed(siteId: "${site}", recent: 0) { items { siteId } } }`;
  return [figures, feed].map((query) => openWith(stack.url, session(admin), query));
}

const linkSees = async ({ link }: Had) =>
  (await ask(stack, '{ sites { id } }', {}, { 'tidemark-link': link })).data?.['sites'];
const keySees = async ({ boundKey }: Had) =>
  (await ask(stack, '{ sites { id } }', {}, bearer(boundKey))).data?.['sites'];
const send = async ({ publicKey, site }: Had) =>
  (await post(`${stack.url}/api/event`, { ...GOOD, siteId: site }, { headers: bearer(publicKey) })).status;

describe('a site that was given away', () => {
  let had: Had;
  beforeAll(async () => {
    had = await siteWithAll('given-shop');
  });

  test('is out of every answer for those who had it, also on open sockets; its public keys went with it', async () => {
    expect(await linkSees(had)).toEqual([{ id: had.site }]);
    expect(await keySees(had)).toEqual([{ id: had.site }]);
    // One of these questions is an event of its own.
    const before = await answers(session(admin), had);
    expect(before['site']).toContain('"events":1');
    const open = watchers(had);
    await waitFor(() => open.every(({ pushes }) => pushes.length > 0), { message: 'the first pushes' });
    await owner.field(
      'mutation ($site: ID!, $to: ID!) { transferSite(siteId: $site, organizationId: $to) { receipt } }',
      { site: had.site, to: heirs },
    );
    await expectOutOfSight(admin, had);
    await expectOutOfSight(owner, had);
    const pushed = open.map(({ pushes }) => pushes.length);
    const { receipt } = await sent(stack, had.publicKey, had.site);
    expect(await eventsOf(heir, had.site, receipt)).toBe(3);
    for (const [i, { pushes }] of open.entries())
      expect(JSON.stringify(pushes.slice(pushed[i]))).not.toContain(`"${had.site}"`);
    for (const each of open) await each.dispose();
  });

  test('is not shown by a link any more, nor to secret keys of before', async () => {
    expect(await linkSees(had)).toBeUndefined();
    expect(await keySees(had)).toBeUndefined();
  });

  test('is the heir’s, with all its past', async () => {
    const seen = await answers(session(heir), had);
    expect(seen['site']).toContain('"events":3');
    expect(seen['feed']).toContain('<site>');
    expect(seen['status']).toContain('COUNTED');
    expect(seen['trail']).toContain('SiteTransferred');
  });
});

describe('a site whose grace period is over', () => {
  test('is out of every answer for everybody who had it, and nothing can bring it back', async () => {
    const had = await siteWithAll('deleted-shop');
    expect((await answers(session(admin), had))['site']).toContain('"events":1');
    await owner.field('mutation ($site: ID!) { deleteSite(siteId: $site, graceDays: 0) { receipt } }', {
      site: had.site,
    });
    await expectOutOfSight(admin, had);
    await expectOutOfSight(owner, had);
    expect(await linkSees(had)).toBeUndefined();
    expect(await keySees(had)).toBeUndefined();
    expect(await send(had)).toBeGreaterThanOrEqual(400);
    const open = watchers(had);
    await waitFor(() => (open[1]?.pushes.length ?? 0) > 0, { message: 'the feed' });
    expect(JSON.stringify(open.map(({ pushes }) => pushes))).not.toContain(`"${had.site}"`);
    for (const each of open) await each.dispose();
  });
});

test('an archived site can be read by who has it, is not among the others, and takes nothing', async () => {
  const had = await siteWithAll('archived-shop');
  const { receipt } = await owner.field<{ receipt: string }>(
    'mutation ($site: ID!) { archiveSite(siteId: $site) { receipt } }',
    { site: had.site },
  );
  expect(await eventsOf(admin, had.site, receipt)).toBe(1);
  const seen = await answers(session(admin), had);
  expect(seen['sites']).not.toContain('<site>');
  expect(seen['archived']).toContain('<site>');
  expect(seen['track']).toContain('archived');
  expect(await send(had)).toBe(403);
});
