import { describe, expect, it } from 'vitest';

import { linesOf } from './lines.js';

async function* inChunksOf(size: number, bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function texts(bytes: Buffer, size: number, limit?: number): Promise<(string | undefined)[]> {
  const found = [];
  for await (const { number, text } of linesOf(inChunksOf(size, bytes), limit)) {
    found.push(text);
    expect(number).toBe(found.length);
  }
  return found;
}

describe('linesOf', () => {
  it.each([1, 2, 3, 7, 1000])('does not depend on how the bytes arrive (chunks of %i)', async (size) => {
    const bytes = Buffer.from('one\ntwo\r\n\nünf\rsix\r\r\nlast without an end');
    expect(await texts(bytes, size)).toEqual(['one', 'two', '', 'ünf', 'six', '', 'last without an end']);
  });

  it('gives no line for nothing, and none behind the last end of line', async () => {
    expect(await texts(Buffer.from(''), 10)).toEqual([]);
    expect(await texts(Buffer.from('a\n'), 10)).toEqual(['a']);
  });

  it('replaces odd bytes and never loses the end of the line in them', async () => {
    expect(await texts(Buffer.from([0x61, 0xe2, 0x82, 0x0a, 0xff, 0x62, 0x0a]), 2)).toEqual([
      'a\uFFFD',
      '\uFFFDb',
    ]);
  });

  it('does not hold a line that is too long, and goes on behind it', async () => {
    const bytes = Buffer.from(`short\n${'x'.repeat(50)}\nshort too\n${'y'.repeat(11)}`);
    expect(await texts(bytes, 4, 10)).toEqual(['short', undefined, 'short too', undefined]);
  });
});
