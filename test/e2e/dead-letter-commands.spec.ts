import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { ParkedStack } from './support/parked-stack.js';

let parked: ParkedStack;
beforeAll(async () => {
  parked = await ParkedStack.start();
});
afterAll(() => parked?.close());

const cli = (...args: string[]) => runCommand(parked.stack.dataDir, ...args);

describe('the command line', () => {
  test('lists, shows, retries in vain, and after the fix with success', async () => {
    const [first = 0, ...others] = await parked.strays('shop');
    const list = await cli('dead-letters', '--site', 'shop');
    expect(list).toMatchObject({ code: 0, stderr: '' });
    expect(list.stdout).toMatch(
      new RegExp(`^${first} +open +shop +all +1:\\d+:\\d+ +wrong_partition +1 +20`, 'm'),
    );
    expect(list.stdout.trimEnd().split('\n')).toHaveLength(4);
    const one = await cli('dead-letters', 'list', '--site', 'shop', '--limit', '1');
    expect(one.stdout).toContain('1 of 3; --limit shows more.');
    const json = JSON.parse(
      (await cli('dead-letters', 'list', '--reason', 'wrong_partition', '--json')).stdout,
    ) as {
      total: number;
      deadLetters: { id: number }[];
    };
    expect(json.total).toBe(3);
    expect(json.deadLetters.map((each) => each.id)).toEqual([...others.reverse(), first]);
    const shown = await cli('dead-letters', 'show', String(first));
    expect(shown.stdout).toMatch(/^reason +wrong_partition$/m);
    expect(shown.stdout).toContain('"site":"shop"');

    const vain = await cli('dead-letters', 'retry', String(first));
    expect(vain).toEqual({
      code: 1,
      stdout: '',
      stderr: '1 failed again and stay open ("dead-letters list" says why).\n',
    });
    await parked.moveHome('shop', 1);
    expect(await cli('dead-letters', 'retry', String(first))).toMatchObject({
      code: 0,
      stdout: '1 retried and counted.\n',
    });
    expect(await parked.views('shop')).toBe(2);
    expect(await cli('dead-letters', 'retry', String(first))).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no dead letter ${first}: it was retried, or never was.\n`,
    });
    expect((await cli('dead-letters', 'retry', '--reason', 'wrong_partition')).stdout).toBe(
      '2 retried and counted.\n',
    );
    expect(await parked.views('shop')).toBe(4);
  });

  test('discards with a note; what was discarded is shown, and cannot be retried', async () => {
    await parked.append(2, ['not an event', '{"v":1,']);
    const [id] = await parked.parked('malformed_json', 2);
    const noted = ['--note', 'a script of ours'];
    expect(await cli('dead-letters', 'discard', '--reason', 'malformed_json', ...noted)).toMatchObject({
      code: 0,
      stdout: '2 discarded.\n',
    });
    const list = await cli('dead-letters', '--state', 'discarded', '--reason', 'malformed_json');
    expect(list.stdout.match(/ discarded /g)).toHaveLength(2);
    expect((await cli('dead-letters', '--state', 'open', '--reason', 'malformed_json')).stdout).toBe(
      'No dead letters.\n',
    );
    expect((await cli('dead-letters', 'show', String(id))).stdout).toMatch(/^note +a script of ours$/m);
    const again = await cli('dead-letters', 'retry', String(id));
    expect(again.stderr).toBe(`Dead letter ${id} was discarded (a script of ours); nothing was changed.\n`);
    expect(again.code).toBe(1);
    expect((await fetch(`${parked.stack.url}/metrics`).then((each) => each.text())).split('\n')).toContain(
      'tidemark_dead_letters_settled_total{partition="2",outcome="discarded"} 2',
    );
  });

  test('says that a message that cannot be decoded can only be discarded', async () => {
    const { rows } = await parked.pool.query<{ id: number }>(
      `INSERT INTO dead_letter (partition, sequence, ordinal, reason, event) VALUES (3, 1, -1, 'invalid_utf8', '')
       RETURNING id`,
    );
    const id = rows[0]?.id ?? 0;
    const { code, stderr } = await cli('dead-letters', 'retry', String(id));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Dead letter ${id} is a whole message that cannot be decoded: there is no event in it to retry. It can only be discarded.\n`,
    });
    const several = await cli('dead-letters', 'retry', '--reason', 'invalid_utf8');
    expect(several.stderr).toMatch(/^What matches is a whole message .* can only be discarded\.\n$/);
    expect((await cli('dead-letters', 'discard', String(id), '--note', 'rubbish')).code).toBe(0);
  });

  test('lets a partition that stopped go on', async () => {
    const refused = await cli('resume', '--partition', '3', '--accept-dead-letters');
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Partition 3 is not stopped; nothing was changed.\n',
    });
    await parked.append(
      3,
      Array.from({ length: 20 }, (_, n) => `not an event ${n}`),
    );
    await waitFor(async () => (await cli('status')).stdout.includes('Partition 3 is stopped'), {
      timeout: 60_000,
    });
    expect((await cli('resume', '--partition', '3')).stderr).toMatch(/^Say --accept-dead-letters /);
    const resumed = await cli(
      'resume',
      '--partition',
      '3',
      '--accept-dead-letters',
      '--up-to',
      '100',
      '--patience',
      '60',
    );
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toMatch(/^Partition 3 goes on, from sequence \d+\./);
    await parked.parked('malformed_json', 20);
    expect((await cli('status')).stdout).not.toContain('is stopped');
  });

  test.each([
    [['retry'], /^Name one dead letter by its ID, or several by --reason, --projection or --site\.\n$/],
    [['retry', '7', '--reason', 'x'], /^Name one dead letter by its ID, or several/],
    [['retry', 'seven'], /use a whole number from 1/],
    [['retry', '--reason', 'nonsense'], /^No open dead letter matches; nothing was changed\.\n$/],
    [['retry', '--projection', 'x'], /^There is no projection "x"; there are daily_aggregates, /],
    [['discard', '7'], /required option '--note <text>' not specified/],
    [['discard', '7', '--note', ' '], /^--note must be 1 to 1000 characters that say why\.\n$/],
    [
      ['discard', '987654', '--note', 'why'],
      /^There is no dead letter 987654: it was retried, or never was\.\n$/,
    ],
    [['show'], /missing required argument 'id'/],
    [['show', '987654'], /^There is no dead letter 987654/],
    [['list', '--state', 'shut'], /use one of: open, discarded/],
    [['list', '--limit', '0'], /use a whole number from 1 to 10000/],
    [['list', '--projection', 'x'], /^There is no projection "x"/],
  ])('refuses %j in readable words', async (args, words) => {
    const { code, stdout, stderr } = await cli('dead-letters', ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('    at ');
  });

  test.each([
    [['--accept-dead-letters'], /required option '--partition <n>' not specified/],
    [
      ['--partition', '99', '--accept-dead-letters'],
      /^There is no partition 99; "status" shows which there are\.\n$/,
    ],
  ])('refuses resume %j in readable words', async (args, words) => {
    const { code, stderr } = await cli('resume', ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
  });
});
