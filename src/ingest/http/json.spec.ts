import { describe, expect, it } from 'vitest';

import { RefusedRequest } from './error-body.js';
import { forbiddenKey, parseJson } from './json.js';
import { RefusedItem } from '../refused-item.js';
import { parseNdjson, parseUnlabelled } from './ndjson.js';

const checked = (text: string): unknown => parseJson(text, { keysChecked: true });

describe('JSON', () => {
  it.each([
    '{"__proto__":{}}',
    '{"a":[{"\\u005f_proto__":1}]}',
    '{"constructor":1}',
    '{"a":{"prototype":{}}}',
  ])('with %s is refused where keys are checked', (text) => {
    expect(() => checked(text)).toThrow(RefusedRequest);
    expect(parseJson(text, { keysChecked: false })).toBeTypeOf('object');
  });

  it('may have such words as values', () => {
    expect(checked('{"a":"__proto__","b":["constructor"]}')).toEqual({ a: '__proto__', b: ['constructor'] });
  });

  it('of duplicate keys keeps the last', () => {
    expect(checked('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  it('may be nested 100,000 deep without a stack overflow', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}{"__proto__":1}${']'.repeat(100_000)}`);
    expect(forbiddenKey(deep)).toBe('__proto__');
  });

  it('that is broken says where, without a word of the input', () => {
    expect(() => checked('{"secret":1,}')).toThrow(/^body is not valid JSON \(at character 13\)$/);
    // Here V8 quotes the text and gives no position.
    expect(() => checked('{"a": secret}')).toThrow(/^body is not valid JSON$/);
  });
});

describe('NDJSON', () => {
  it('skips blank lines and keeps the place of a broken one', () => {
    expect(parseNdjson('{"a":1}\r\n\n{\n{"b":2}')).toEqual([
      { a: 1 },
      new RefusedItem('malformed_json', 'event 1 is not valid JSON'),
      { b: 2 },
    ]);
  });

  it.each([
    ['lines of objects', '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    [
      'lines of which a later one is broken',
      '{"a":1}\n{',
      [{ a: 1 }, new RefusedItem('malformed_json', 'event 1 is not valid JSON')],
    ],
    ['one object', '{"a":1}', [{ a: 1 }]],
    ['a batch', '{"events":[1]}', { events: [1] }],
    ['a batch and a line break', '{"events":[1]}\n', { events: [1] }],
    ['an array over lines', '[1,\n2]', [1, 2]],
    ['an object over lines', '{\n"a":1}', [{ a: 1 }]],
  ])('is told from JSON by its content: %s', (_name, text, expected) => {
    expect(parseUnlabelled(text)).toEqual(expected);
  });

  it('of more than 1,000 lines is refused before it is parsed', () => {
    expect(() => parseNdjson('1\n'.repeat(1_001))).toThrow('events must hold at most 1,000 events');
  });
});
