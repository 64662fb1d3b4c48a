import { afterAll, beforeAll, expect, it } from 'vitest';

import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

const rule = (...args: string[]) => runCommand(stack.dataDir, 'rule', ...args);

/** A page view of each of these paths. @returns the receipt of the last. */
async function send(siteId: string, paths: readonly string[]): Promise<string> {
  let receipt = '';
  for (const path of paths) {
    const answer = await fetch(`${stack.url}/api/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ siteId, eventType: 'page_view', path, timestamp: '2026-03-28T12:00:00Z' }),
    });
    receipt = ((await answer.json()) as { receipt: string }).receipt;
  }
  return receipt;
}

interface Shown {
  readonly rules: readonly { readonly id: string; readonly summary: string }[];
  readonly pendingSettings: unknown;
  /** Path -> views. */
  readonly paths: Readonly<Record<string, number>>;
}

/** A site as it is served once the figures include the receipt. */
async function shown(siteId: string, receipt: string): Promise<Shown> {
  const { data, errors } = await ask(
    stack,
    `query ($id: ID!, $receipt: String!) @waitFor(receipt: $receipt, seconds: 25) { site(id: $id) {
      rules { id kind pattern template visitorId parameters summary } pendingSettings { revision }
      topPaths(range: { from: "2026-03-28", to: "2026-03-28" }, first: 20) { nodes { path views } } } }`,
    { id: siteId, receipt },
  );
  expect(errors).toBeUndefined();
  const { topPaths, ...site } = data?.['site'] as Shown & {
    topPaths: { nodes: { path: string; views: number }[] };
  };
  return { ...site, paths: Object.fromEntries(topPaths.nodes.map(({ path, views }) => [path, views])) };
}

interface Change {
  readonly changed: boolean;
  readonly revision: number;
  readonly receipt: string;
}

const ADD = `mutation ($id: ID!, $rule: SiteRuleInput!, $revision: Int) {
  r: addRule(siteId: $id, rule: $rule, revision: $revision) { changed revision receipt } }`;
const REMOVE =
  'mutation ($id: ID!, $rule: ID!) { r: removeRule(siteId: $id, ruleId: $rule) { changed revision receipt } }';
const UNDO =
  'mutation ($id: ID!, $rule: ID) { r: undoRule(siteId: $id, ruleId: $rule) { changed revision receipt } }';

async function changed(mutation: string, variables: Record<string, unknown>): Promise<Change> {
  const { data, errors } = await ask(stack, mutation, variables);
  expect(errors).toBeUndefined();
  return data?.['r'] as Change;
}
const errorIn = ({ errors }: Answer) => ({ message: errors?.[0]?.message, ...errors?.[0]?.extensions });

const visits = ['/', '/users/1', '/users/2', '/admin/x', '/admin/y', '/admin/y'];
const asSent = { '/admin/y': 2, '/': 1, '/admin/x': 1, '/users/1': 1, '/users/2': 1 };

it('a rule holds for the past and the future, and without it the figures are as before', async () => {
  const id = 'ruled';
  expect((await shown(id, await send(id, visits))).paths).toEqual(asSent);
  const add = (given: object) => changed(ADD, { id, rule: given });
  const first = await add({ kind: 'EXCLUDE_PATH', pattern: '/admin/**' });
  expect(first).toMatchObject({ changed: true, receipt: `workspace:${first.revision}` });
  const { receipt } = await add({ kind: 'PATH_TEMPLATE', pattern: '/users/*', template: '/users/:id' });
  const both = await shown(id, receipt);
  expect(both).toEqual({
    rules: [
      expect.objectContaining({
        kind: 'EXCLUDE_PATH',
        pattern: '/admin/**',
        summary: 'Leaves out /admin/**',
      }),
      expect.objectContaining({ kind: 'PATH_TEMPLATE', summary: 'Shows /users/* as /users/:id' }),
    ],
    pendingSettings: null,
    paths: { '/users/:id': 2, '/': 1 },
  });
  // Said twice, it is there once.
  expect((await add({ kind: 'EXCLUDE_PATH', pattern: '/admin/**' })).changed).toBe(false);
  const later = await send(id, ['/users/3', '/admin/z']);
  expect((await shown(id, later)).paths).toEqual({ '/users/:id': 3, '/': 1 });

  const [admin, users] = both.rules;
  const undone = await changed(UNDO, { id });
  expect((await shown(id, undone.receipt)).rules).toEqual([admin]);
  const removed = await changed(REMOVE, { id, rule: admin?.id });
  expect((await shown(id, removed.receipt)).paths).toEqual({ ...asSent, '/users/3': 1, '/admin/z': 1 });
  const again = await changed(UNDO, { id, rule: users?.id });
  expect(await shown(id, again.receipt)).toMatchObject({
    rules: [users],
    paths: { '/users/:id': 3, '/admin/z': 1 },
  });

  const { data } = await ask(
    stack,
    `query ($id: ID!, $receipt: String!) @waitFor(receipt: $receipt) {
      auditTrail(siteId: $id, first: 2) { action settings { setting before after } } }`,
    { id, receipt: again.receipt },
  );
  expect(data?.['auditTrail']).toEqual([
    {
      action: 'RuleAdded',
      settings: [{ setting: `rule ${users?.id}`, before: null, after: 'Shows /users/* as /users/:id' }],
    },
    {
      action: 'RuleRemoved',
      settings: [{ setting: `rule ${admin?.id}`, before: 'Leaves out /admin/**', after: null }],
    },
  ]);
});

it('what is no rule, or does not go with the others, is refused by its fields and changes nothing', async () => {
  const id = 'refused';
  const receipt = await send(id, ['/']);
  await shown(id, receipt);
  const bad = { code: 'BAD_USER_INPUT', reason: 'invalid' };
  const add = async (given: object, revision?: number) =>
    errorIn(await ask(stack, ADD, { id, rule: given, revision }));
  expect(await add({ kind: 'MERGE_PATH', from: 'about', to: '/a?b' })).toMatchObject({
    ...bad,
    faults: [
      { field: 'from', message: expect.stringMatching(/^from must start with "\/"/) as string },
      { field: 'to', message: expect.stringMatching(/^to must not contain "\?"/) as string },
    ],
  });
  expect(await add({ kind: 'LOWER_CASE', pattern: '/a' })).toMatchObject({ faults: [{ field: 'pattern' }] });
  expect(await add({ kind: 'LOWER_CASE' }, 1_000_000)).toMatchObject({ code: 'CONFLICT' });
  expect(errorIn(await ask(stack, REMOVE, { id, rule: 'x' }))).toMatchObject({
    ...bad,
    faults: [{ field: 'ruleId' }],
  });
  expect(errorIn(await ask(stack, UNDO, { id }))).toMatchObject(bad);
  expect(errorIn(await ask(stack, UNDO, { id: 'nobody' }))).toMatchObject({ code: 'NOT_FOUND' });
  expect((await shown(id, receipt)).rules).toEqual([]);
});

it('a preview says what a rule, or its removal, would change, and changes nothing', async () => {
  const id = 'previewed';
  await shown(id, await send(id, visits));
  const ordered = async (given: object) =>
    ask(
      stack,
      'mutation ($id: ID!, $rule: SiteRuleInput, $remove: ID) { r: previewRule(siteId: $id, rule: $rule, remove: $remove) { jobId } }',
      { id, ...given },
    );
  const found = async (given: object) => {
    const { data, errors } = await ordered(given);
    expect(errors).toBeUndefined();
    const { jobId } = data?.['r'] as { jobId: number };
    return waitFor(
      async () => {
        const answer = await ask(
          stack,
          `query ($job: Int!) { job(id: $job) { title state error preview { position total { before { pageViews } after { pageViews } }
            days { day before { pageViews uniqueVisitors } after { pageViews } } paths { path before after } } } }`,
          { job: jobId },
        );
        const job = answer.data?.['job'] as { state: string; preview: unknown };
        return job.state === 'queued' || job.state === 'running' ? undefined : { jobId, ...job };
      },
      { timeout: 30_000 },
    );
  };
  const rule = { kind: 'EXCLUDE_PATH', pattern: '/admin/**' };
  const first = await found({ rule });
  expect(first).toMatchObject({
    state: 'done',
    preview: {
      position: expect.stringMatching(/^\d+:\d+$/) as string,
      total: { before: { pageViews: 6 }, after: { pageViews: 3 } },
      days: [{ day: '2026-03-28', before: { pageViews: 6 }, after: { pageViews: 3 } }],
      paths: [
        { path: '/admin/y', before: 2, after: null },
        { path: '/admin/x', before: 1, after: null },
      ],
    },
  });
  const { receipt } = await changed(ADD, { id, rule });
  const [applied] = (await shown(id, receipt)).rules;
  expect(await found({ remove: applied?.id })).toMatchObject({
    preview: { total: { before: { pageViews: 3 }, after: { pageViews: 6 } } },
  });
  expect((await shown(id, receipt)).paths['/admin/y']).toBeUndefined();

  const cancel = async (job: number) =>
    ask(stack, 'mutation ($job: Int!) { cancelPreview(jobId: $job) { state } }', { job });
  expect((await cancel(first.jobId)).data).toEqual({ cancelPreview: { state: 'done' } });
  expect(errorIn(await cancel(1_000_000))).toMatchObject({ message: 'jobId must be the ID of a preview' });
  expect(errorIn(await ordered({}))).toMatchObject({
    message: expect.stringMatching(/^rule must be/) as string,
  });
  expect(errorIn(await ordered({ rule: { kind: 'MERGE_PATH', from: '/a' } }))).toMatchObject({
    faults: [{ field: 'to' }],
  });
});

it('by command, which returns when the figures are served with it', async () => {
  const id = 'commanded';
  await shown(id, await send(id, visits));
  const views = async () => {
    const answer = await fetch(`${stack.url}/api/stats?siteId=${id}&date=2026-03-28`);
    return ((await answer.json()) as { totalViews: number }).totalViews;
  };
  expect((await rule('list', id)).stdout).toBe(
    `"${id}" has no rules: every event counts, under the path it was sent with.\n`,
  );
  const preview = await rule('preview', id, 'exclude-path', '--pattern', '/admin/**');
  expect(preview.code, preview.stderr).toBe(0);
  expect(preview.stdout).toMatch(/^−3 \(−50\.0 %\) page views, −3 \(−50\.0 %\) events, over all days\.\n/);
  expect(preview.stdout).toMatch(/\n\/admin\/y {2}2 +– +−2 \(−100\.0 %\)\n/);
  expect(await views()).toBe(6);
  const applied = await rule('apply', id, 'exclude-path', '--pattern', '/admin/**');
  expect(applied).toMatchObject({ code: 0 });
  const [, ruleId = ''] =
    /^Rule (\S{36}) is added: Leaves out \/admin\/\*\*\.\nDone: /.exec(applied.stdout) ?? [];
  expect(await views()).toBe(3);
  expect((await rule('list', id)).stdout).toMatch(
    new RegExp(`^rule +what it does +in the figures\n${ruleId}  Leaves out /admin/\\*\\* +yes\n$`),
  );
  expect((await rule('apply', id, 'exclude_path', '--pattern', '/admin/**')).stdout).toMatch(
    /^Nothing to change/,
  );
  expect((await rule('undo', id)).stdout).toMatch(new RegExp(`^Rule ${ruleId} is removed: Leaves out`));
  expect(await views()).toBe(6);
  expect((await rule('undo', id, ruleId)).stdout).toMatch(/^Rule .* is added/);
  expect(await views()).toBe(3);
  expect((await rule('remove', id, ruleId)).code).toBe(0);
  expect(await views()).toBe(6);
  expect(JSON.parse((await rule('list', id, '--json')).stdout)).toEqual([]);
});

it.each([
  [['preview', 'commanded'], /^Say the kind of a rule, with its options, or --remove with the ID of one/],
  [
    ['apply', 'commanded', 'exclude_path'],
    /^--pattern must be a path that starts with "\/", such as "\/pricing"\n$/,
  ],
  [
    ['apply', 'commanded', 'merge_path', '--from', 'a', '--to', '/b'],
    /^--from must start with "\/", such as "\/pricing"\n$/,
  ],
  [['apply', 'commanded', 'polish'], /'polish' is invalid.*use one of: exclude_visitor/],
  [['remove', 'commanded', 'x'], /^<rule> must be the ID of a rule of this site\n$/],
  [['list', 'nobody'], /^There is no site "nobody"; "site list" shows which there are\.\n$/],
])('%j is refused with a fault that says what is allowed', async (args, message) => {
  const { code, stdout, stderr } = await rule(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(message);
});
