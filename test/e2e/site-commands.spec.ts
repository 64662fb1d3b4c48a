import { afterAll, beforeAll, expect, it } from 'vitest';

import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { ask } from './support/ask.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

const site = (...args: string[]) => runCommand(stack.dataDir, 'site', ...args);

it('creates, names and describes a site; the figures are served with it when the command returns', async () => {
  expect(await site('list')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^There are no sites yet/) as string,
  });
  expect(await site('create', 'shop', '--name', 'The shop')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Done: "shop" is at revision \d+\.\n$/) as string,
  });
  expect((await ask(stack, '{ sites { id name } }')).data).toEqual({
    sites: [{ id: 'shop', name: 'The shop' }],
  });
  expect((await site('rename', 'shop', 'Our shop')).code).toBe(0);
  expect((await site('event-type', 'shop', 'signup', 'Signed up')).code).toBe(0);
  const { data } = await ask(stack, '{ site(id: "shop") { name eventTypes { name description } } }');
  expect(data).toEqual({
    site: { name: 'Our shop', eventTypes: [{ name: 'signup', description: 'Signed up' }] },
  });
  const carries = ['-p', 'plan:text:required', '-p', 'seats:integer', '--strict'];
  expect((await site('event-type', 'shop', 'order', 'Bought something', ...carries)).code).toBe(0);
  expect((await site('event-type', 'shop', 'order', 'Bought a plan')).code).toBe(0);
  const types =
    '{ site(id: "shop") { eventTypes { name description strict properties { name kind required } } } }';
  expect((await ask(stack, types)).data).toMatchObject({
    site: {
      eventTypes: [
        {
          name: 'order',
          description: 'Bought a plan',
          strict: true,
          properties: [
            { name: 'plan', kind: 'text', required: true },
            { name: 'seats', kind: 'integer', required: false },
          ],
        },
        { name: 'signup', strict: false, properties: [] },
      ],
    },
  });
  expect((await site('event-type', 'shop', 'order', '', '--no-properties')).code).toBe(0);
  expect((await site('rename', 'shop', 'Our shop')).stdout).toBe('Nothing to change: it is so already.\n');
  expect((await site('list')).stdout).toMatch(/^site\s+name\s+partition\nshop\s+Our shop\s+\d\n$/);
});

it('says how visitors are known again', async () => {
  const visitors = async () =>
    (await ask(stack, '{ site(id: "shop") { visitors { identity signals } } }')).data;
  expect(await visitors()).toEqual({ site: { visitors: { identity: 'persistent', signals: 'honoured' } } });
  expect((await site('visitors', 'shop', '--identity', 'cookieless')).code).toBe(0);
  expect((await site('visitors', 'shop', '--signals', 'ignored')).code).toBe(0);
  expect(await visitors()).toEqual({ site: { visitors: { identity: 'cookieless', signals: 'ignored' } } });
});

it('shows who changed what', async () => {
  const { stdout } = await site('history', 'shop');
  const [head, ...lines] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/));
  expect(head).toEqual(['when', 'who', 'site', 'setting', 'before', 'after']);
  expect(lines.map((line) => line.slice(1, 6))).toEqual([
    ['local-operator', 'shop', 'privacy signals', 'honoured', 'ignored'],
    ['local-operator', 'shop', 'visitor identity', 'persistent', 'cookieless'],
    ...['Bought a plan strictly (plan: text, required; seats: integer)'].map((text) => [
      'local-operator',
      'shop',
      'event type order',
      text,
      '–',
    ]),
    [
      'local-operator',
      'shop',
      'event type order',
      'Bought something strictly (plan: text, required; seats: integer)',
      'Bought a plan strictly (plan: text, required; seats: integer)',
    ],
    [
      'local-operator',
      'shop',
      'event type order',
      '–',
      'Bought something strictly (plan: text, required; seats: integer)',
    ],
    ['local-operator', 'shop', 'event type signup', '–', 'Signed up'],
    ['local-operator', 'shop', 'name', 'The shop', 'Our shop'],
    ['local-operator', 'shop', 'name', '–', 'The shop'],
    ['local-operator', 'shop', 'partition', '–', expect.stringMatching(/^\d$/) as string],
  ]);
  expect((await site('history', '--last', '1')).stdout.trimEnd().split('\n')).toHaveLength(2);
});

it.each([
  [
    ['event-type', 'shop', 'order', 'x', '-p', 'plan'],
    'properties[0].kind must be one of text, number, integer, boolean, time, amount, currency, list, object',
  ],
  [
    ['event-type', 'shop', 'order', 'x', '-p', 'plan:text:often'],
    'properties[0].required must be true or false',
  ],
  [['visitors', 'shop', '--identity', 'all'], 'identity must be one of persistent, cookieless'],
  [['create', 'shop'], 'siteId: there is a site "shop" already'],
  [['create', 'a.b'], 'siteId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -'],
  [['rename', 'nobody', 'x'], 'siteId: there is no such site; createSite makes it'],
  [['rename', 'shop', ''], 'name must be 1 to 100 printable characters'],
])('%j is refused in one line, with exit code 1', async (args, message) => {
  expect(await site(...args)).toMatchObject({ code: 1, stdout: '', stderr: `${message}\n` });
});
