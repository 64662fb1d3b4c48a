import { describe, expect, it } from 'vitest';

import { Progress } from './progress.js';
import { duration, rate, table } from './text.js';

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 60, write: (text: string) => written.push(text), written };
}

describe('a progress display', () => {
  it('redraws one line on a terminal, no wider than it, and leaves nothing behind', () => {
    const terminal = screen(true);
    let now = 1_000;
    const progress = new Progress('import', terminal, () => now);
    for (let done = 0; done <= 100; done += 1, now += 10) {
      progress.update({ done, total: 100, detail: 'a long detail '.repeat(10) });
    }
    progress.note('a line of its own');
    progress.end();
    const drawn = terminal.written.filter((text) => text.includes('import'));
    expect(drawn.length).toBeGreaterThan(8);
    expect(drawn.length).toBeLessThan(13);
    expect(drawn[0]).toContain('  0 %');
    for (const text of drawn) expect(text.replace('\r\x1b[2K', '').length).toBeLessThan(60);
    expect(terminal.written.slice(-2)).toEqual(['\r\x1b[2K', 'a line of its own\n']);
  });

  it('prints a whole line every five seconds elsewhere', () => {
    const file = screen(false);
    let now = 0;
    const progress = new Progress('import', file, () => now);
    for (; now <= 16_000; now += 100) progress.update({ done: now, detail: 'x' });
    expect(file.written).toEqual(['import  x\n', 'import  x\n', 'import  x\n']);
  });
});

describe('words for figures', () => {
  it('says durations and rates as people do', () => {
    expect([850, 12_340, 245_000, 7_800_000].map(duration)).toEqual([
      '850 ms',
      '12.3 s',
      '4 min 05 s',
      '2 h 10 min',
    ]);
    expect([rate(5, 10_000), rate(50_000, 2_000), rate(3, 0)]).toEqual(['0.5/s', '25,000/s', '0/s']);
  });

  it('sets numbers to the right', () => {
    expect(
      table(
        ['name', 'lag'],
        [
          ['a', 5],
          ['long name', 12_000],
        ],
      ),
    ).toBe('name          lag\na               5\nlong name  12,000');
  });
});
