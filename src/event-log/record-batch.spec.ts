import { expect, it } from 'vitest';
import { joinLines, splitLines } from './record-batch.js';

it.each([[['{}']], [['{"a":"é🙂"}', '{}', '{"b":1}']]])('gives back the lines %j', (lines) => {
  expect(splitLines(joinLines(lines))).toEqual(lines);
});

it('passes over a line break that a foreign publisher put at the end, but keeps empty lines in their places', () => {
  expect(splitLines(Buffer.from('a\n\nb\n'))).toEqual(['a', '', 'b']);
  expect(splitLines(Buffer.from(''))).toEqual(['']);
});
