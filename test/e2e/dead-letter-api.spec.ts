import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';
import { ParkedStack } from './support/parked-stack.js';

let parked: ParkedStack;
beforeAll(async () => {
  parked = await ParkedStack.start();
});
afterAll(() => parked?.close());

describe('GraphQL', () => {
  const QUERY = `query ($filter: DeadLetterFilterInput, $first: Int, $after: String) {
    deadLetters(filter: $filter, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id position projection generation site eventId reason detail attempts state note firstSeen lastSeen event retryable }
    }
  }`;
  interface Page {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: readonly Record<string, unknown>[];
  }
  const page = async (variables: Record<string, unknown>) => {
    const { data, errors } = await ask(parked.stack, QUERY, variables);
    expect(errors).toBeUndefined();
    return (data as unknown as { deadLetters: Page }).deadLetters;
  };
  const JOB = 'id kind state error deadLetters { retried failed skipped discarded }';
  const retry = (selection: Record<string, unknown>) =>
    ask(
      parked.stack,
      `mutation ($s: DeadLetterSelectionInput!) { retryDeadLetters(selection: $s) { ${JOB} } }`,
      {
        s: selection,
      },
    );
  const discard = (selection: Record<string, unknown>, note: string) =>
    ask(
      parked.stack,
      `mutation ($s: DeadLetterSelectionInput!, $note: String!) {
         discardDeadLetters(selection: $s, note: $note) { ${JOB} }
       }`,
      { s: selection, note },
    );
  const done = (id: unknown) =>
    waitFor(
      async () => {
        const { data } = await ask(parked.stack, `query ($id: Int!) { job(id: $id) { ${JOB} finishedAt } }`, {
          id,
        });
        const job = data?.['job'] as Record<string, unknown> | null;
        return job?.['state'] === 'done' ? job : undefined;
      },
      { timeout: 30_000 },
    );

  test('pages through what matches, newest first, and retries and discards by job', async () => {
    const ids = await parked.strays('blog');
    const [first, second, third] = ids;
    const filter = { site: 'blog', state: 'open' };
    const one = await page({ filter, first: 2 });
    expect(one.totalCount).toBe(3);
    expect(one.pageInfo.hasNextPage).toBe(true);
    expect(one.nodes.map((each) => each['id'])).toEqual([third, second]);
    expect(one.nodes[0]).toMatchObject({
      position: expect.stringMatching(/^1:\d+:\d+$/) as unknown,
      projection: null,
      generation: null,
      site: 'blog',
      reason: 'wrong_partition',
      attempts: 1,
      state: 'open',
      note: null,
      retryable: true,
    });
    const two = await page({ filter, first: 2, after: one.pageInfo.endCursor });
    expect(two.nodes.map((each) => each['id'])).toEqual([first]);
    expect(two.pageInfo.hasNextPage).toBe(false);
    expect((await page({ filter: { ...filter, reason: 'malformed_json' } })).totalCount).toBe(0);
    expect((await page({ filter: { ...filter, projection: 'top_paths' } })).nodes).toEqual([]);

    await parked.moveHome('blog', 1);
    const ordered = (await discard({ id: first }, 'a double')).data?.['discardDeadLetters'] as { id: number };
    expect(await done(ordered.id)).toMatchObject({
      kind: 'discard_dead_letters',
      deadLetters: { discarded: 1 },
    });
    const retried = (await retry({ site: 'blog' })).data?.['retryDeadLetters'] as { id: number };
    expect(await done(retried.id)).toMatchObject({
      kind: 'retry_dead_letters',
      error: null,
      deadLetters: { retried: 2, failed: 0, skipped: 0, discarded: 0 },
    });
    expect(await parked.views('blog')).toBe(3);
    const left = await page({ filter: { site: 'blog' } });
    expect(left.nodes).toMatchObject([{ id: first, state: 'discarded', note: 'a double', retryable: false }]);
    expect((await retry({ id: second })).errors?.[0]?.message).toBe(
      `There is no dead letter ${second}: it was retried, or never was.`,
    );
  });

  test.each([
    [() => ask(parked.stack, QUERY, { first: 0 }), /^first must be 1 to 200$/],
    [() => ask(parked.stack, QUERY, { after: 'MA' }), /^after must be the endCursor of a previous page$/],
    [
      () => ask(parked.stack, QUERY, { filter: { state: 'shut' } }),
      /^filter\.state must be open or discarded$/,
    ],
    [
      () => ask(parked.stack, QUERY, { filter: { site: '' } }),
      /^filter\.site must be 1 to 200 characters, without NUL$/,
    ],
    [
      () => retry({}),
      /^selection must name one dead letter by id, or several by site, projection or reason$/,
    ],
    [() => retry({ id: 1, site: 'blog' }), /^selection must name one dead letter by id, or/],
    [() => retry({ reason: 'nonsense' }), /^No open dead letter matches; nothing was changed\.$/],
    [() => discard({ reason: 'x' }, '  '), /^note must be 1 to 1000 characters that say why$/],
  ])('refuses bad input: %#', async (asked, words) => {
    const { errors } = await asked();
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toMatch(words);
  });
});
