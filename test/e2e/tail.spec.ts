import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCommand, startCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { GOOD, post } from './support/ingest-app.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await send({ siteId: 'wired' });
});
afterAll(() => stack?.stop());

const send = (change: object) => post(`${stack.url}/api/event`, { ...GOOD, ...change });

/** Watching, so that what is sent from now on is seen. */
async function tail(...args: string[]) {
  const command = startCommand(stack.dataDir, ['tail', ...args]);
  await waitFor(() => command.stderr().includes('Ctrl-C ends it'), { timeout: 30_000 });
  return command;
}

const path = (text: string): string => text.slice(text.indexOf('  ') + 2);

describe('tidemark tail', () => {
  it('shows stored and refused ones side by side, and ends after as many as were asked for', async () => {
    const command = await tail('--site', 'wired', '-n', '3');
    await send({ siteId: 'wired', properties: { plan: 'pro' } });
    await send({ siteId: 'another' });
    await waitFor(async () => {
      const { refused } = (await (await fetch(`${stack.url}/api/refused`)).json()) as { refused: unknown[] };
      if (refused.length === 0) await send({ siteId: 'wired', eventType: 'signup', path: 'nowhere' });
      return refused.length > 0;
    });
    await post(`${stack.url}/api/event`, '{');
    const { code, stdout } = await command.done;
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    const lines = stdout.trimEnd().split('\n').map(path);
    expect(lines.toSorted()).toEqual([
      expect.stringMatching(/^✓ stored {3}page_view {9}\/pricing {22}\{"plan":"pro"\} {2}tidemark$/),
      expect.stringMatching(/^✗ REFUSED {2}\(no site\) {5}–.*malformed_json: body is not valid JSON/),
      expect.stringMatching(/^✗ REFUSED {2}signup {12}nowhere {23}invalid_path: path must start with "\/"/),
    ]);
  });

  it('ends at Ctrl-C as it should', async () => {
    const command = await tail();
    command.child.kill('SIGINT');
    expect(await command.done).toMatchObject({ code: 0, stdout: '' });
  });

  it('says how many came too fast to be shown', async () => {
    const command = await tail('--json', '--for', '6');
    const events = Array.from({ length: 1_000 }, (_, n) => ({ ...GOOD, siteId: 'flood', path: `/${n}` }));
    for (let round = 0; round < 3; round++) await post(`${stack.url}/api/events`, { events });
    const lines = (await command.done).stdout.trimEnd().split('\n');
    const items = lines.map((line) => JSON.parse(line) as { skipped?: number });
    const skipped = items.reduce((sum, item) => sum + (item.skipped ?? 0), 0);
    expect(skipped).toBeGreaterThan(0);
    expect(items.filter((item) => item.skipped === undefined).length + skipped).toBe(3_000);
  });

  it('shows refused ones alone, of some types, as JSON', async () => {
    const command = await tail('--refused', '--type', 'purchase,signup', '--json', '-n', '1');
    await send({ siteId: 'wired', eventType: 'purchase' });
    await send({ siteId: 'wired', eventType: 'page_view', path: 'x' });
    await send({ siteId: 'wired', eventType: 'purchase', path: 'x' });
    const { stdout } = await command.done;
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'refused',
      site: 'wired',
      eventType: 'purchase',
      reason: 'invalid_path',
    });
  });

  it('ends after the time that was given', async () => {
    expect(await runCommand(stack.dataDir, 'tail', '--for', '0.2')).toMatchObject({ code: 0, stdout: '' });
  });

  it.each([
    ['a site that is not there', ['--site', 'wierd'], /^There is no site "wierd"; there are .*wired/],
    ['a time that is none', ['--for', 'ever'], /use seconds/],
  ])('refuses %s in readable words', async (_, args, words) => {
    const { code, stdout, stderr } = await runCommand(stack.dataDir, 'tail', ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
  });
});
