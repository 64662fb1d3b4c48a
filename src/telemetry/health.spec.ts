import { describe, expect, it } from 'vitest';

import { runChecks } from './health.js';

const ok = { name: 'log', check: async () => ({ ok: true }) };

describe('readiness', () => {
  it('is ready when every check is', async () => {
    expect(await runChecks([ok])).toMatchObject({
      status: 'ready',
      failing: [],
      checks: { log: { ok: true } },
    });
  });

  it('names what fails, with its detail', async () => {
    const lag = { name: 'lag', check: async () => ({ ok: false, detail: '12,000 messages behind' }) };
    expect(await runChecks([ok, lag])).toMatchObject({
      status: 'not_ready',
      failing: ['lag'],
      checks: { log: { ok: true }, lag: { ok: false, detail: '12,000 messages behind' } },
    });
  });

  it('counts a check that throws or rejects as failing, without its message', async () => {
    const throws = {
      name: 'database',
      check: () => {
        throw new RangeError('postgres://user:secret@host');
      },
    };
    const readiness = await runChecks([throws]);
    expect(readiness.checks.database).toMatchObject({ ok: false, detail: 'RangeError' });
  });

  it('does not wait longer than the bound for a check that hangs', async () => {
    const hangs = { name: 'database', check: () => new Promise<never>(() => undefined) };
    const started = performance.now();
    const readiness = await runChecks([ok, hangs], 50);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(readiness).toMatchObject({
      failing: ['database'],
      checks: { database: { detail: 'no answer within 50 ms' } },
    });
  });
});
