import { describe, expect, it } from 'vitest';

import { LineIds } from './line-ids.js';

const idsOf = (site: string, lines: readonly string[], window?: number) => {
  const ids = new LineIds(site, window);
  return lines.map((line) => ids.next(line));
};

describe('the event ID of a line', () => {
  it('is the same for ever', () => {
    // Written down: a change here would make every imported line count twice at the next import.
    expect(idsOf('log', ['a line', 'a line', 'another'])).toEqual([
      '56a6b6db-f5c5-5031-a4a1-08196db925db',
      '334b2eb8-7558-5202-a4bf-5159ef8e9373',
      '2b56d5d4-cc00-55e7-9462-3e2be841b74b',
    ]);
  });

  it('differs between the occurrences of one line, between lines and between sites', () => {
    const all = [...idsOf('one', ['a', 'a', 'a', 'b']), ...idsOf('two', ['a', 'a', 'a', 'b'])];
    expect(new Set(all).size).toBe(all.length);
  });

  it('stays when the file grows', () => {
    const lines = ['a', 'b', 'a', 'c', 'a'];
    expect(idsOf('log', [...lines, 'd', 'a']).slice(0, lines.length)).toEqual(idsOf('log', lines));
  });

  it('stays when what came before was rotated away, but for lines that straddle the cut', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `line ${Math.floor(i / 3)}`);
    const cut = 300; // between two different lines
    expect(idsOf('log', lines.slice(cut), 50)).toEqual(idsOf('log', lines, 50).slice(cut));
  });

  it('remembers a line for the whole window, and does so in bounded memory', () => {
    const ids = new LineIds('log', 100);
    const first = ids.next('x');
    for (let i = 0; i < 99; i += 1) ids.next(`other ${i}`);
    const second = ids.next('x');
    expect(second).not.toBe(first);
    for (let i = 0; i < 10_000; i += 1) ids.next(`more ${i}`);
    expect(ids.size).toBeLessThanOrEqual(200);
    expect(ids.next('x')).toBe(first);
  });

  it('forgets beyond the window wherever the file happened to begin', () => {
    for (let lead = 0; lead < 30; lead += 1) {
      const start = Array.from({ length: lead }, (_, i) => `lead ${i}`);
      const gap = Array.from({ length: 15 }, (_, i) => `gap ${i}`);
      const all = idsOf('log', [...start, 'x', ...gap, 'x'], 10);
      expect(all.at(-1)).toBe(all[lead]);
    }
  });
});
