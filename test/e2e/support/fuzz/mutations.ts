import fc from 'fast-check';

/** Stand for what JSON.stringify cannot write; replaced in its text. */
const RAW = {
  '@@huge@@': '1e999',
  '@@negative@@': '-1e400',
  '@@rounded@@': '9007199254740993',
  '@@zero@@': '-0',
};

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00y',
  '__proto__',
  'null',
  'undefined',
  '[object Object]',
  "'; DROP TABLE site; --",
  '"><img src=x onerror=alert(1)>',
  '=HYPERLINK("x")',
  '\u202e\u200b',
  '😀'.repeat(60),
  `e${'\u0301'.repeat(200)}`,
  'a'.repeat(3_000),
  'ß'.repeat(2_000),
  '\u0001'.repeat(1_200),
  '../../etc/passwd',
  '%00%zz',
  '\r\nX: y',
  'https://u:p@x.dev/a?token=1#b',
  'javascript:1',
  'http://[',
  '//x',
  '/p?q=1',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-01-31T12:00:00.999999999+14:00',
  '192.0.2.1',
  '::1',
  'EUR',
  '12,50',
  '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
];

const units = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});
const text = fc.oneof(
  { arbitrary: fc.constantFrom(...HOSTILE_TEXTS), weight: 3 },
  { arbitrary: units, weight: 1 },
);
const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 1e308, 5e-324, 2 ** 31, 2 ** 53, 1e12, 0.1 + 0.2, 1_769_860_800, 8.64e15 + 1),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  '',
  'k',
  'a.b',
  '$set',
  'revenue',
  'currency',
  'toString',
  '\0',
  '\ud800',
  'k'.repeat(129),
];
const key = fc.oneof(fc.constantFrom(...KEYS), units);
const nest = (depth: number, list: boolean): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = list ? [value] : { a: value };
  return value;
};
/** Own keys, `__proto__` too. */
const objectOf = (entries: readonly (readonly [string, unknown])[]): unknown => Object.fromEntries(entries);

const scalar = fc.oneof(text, text, number, fc.constantFrom(null, true, false, ...Object.keys(RAW)));
export const hostile: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: scalar, weight: 8 },
    { arbitrary: fc.array(tie('value'), { maxLength: 4 }), weight: 1 },
    { arbitrary: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map(objectOf), weight: 2 },
    {
      arbitrary: fc.tuple(fc.constantFrom(4, 5, 6, 7, 500), fc.boolean()).map(([d, l]) => nest(d, l)),
      weight: 1,
    },
    {
      arbitrary: fc
        .constantFrom(99, 100, 101)
        .map((n) => objectOf(Array.from({ length: n }, (_, i) => [`k${i}`, i]))),
      weight: 1,
    },
  ),
})).value;

export interface Change {
  readonly kind: 'set' | 'drop' | 'add' | 'rename';
  /** Which place of all that there are, counted round. */
  readonly where: number;
  readonly key: string;
  readonly value: unknown;
}

export const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(
    'set' as const,
    'set' as const,
    'set' as const,
    'drop' as const,
    'add' as const,
    'rename' as const,
  ),
  where: fc.nat(40),
  key,
  value: hostile,
});

type Holder = Record<string, unknown>;

/** Changes places of the value, itself among them. */
export function changed(root: unknown, changes: readonly Change[]): unknown {
  const holder: Holder = { root: structuredClone(root) };
  for (const { kind, where, key, value } of changes) {
    const places: [Holder, string][] = [];
    const open: Holder[] = [holder];
    for (let next = open.pop(); next !== undefined && places.length < 200; next = open.pop())
      for (const [name, child] of Object.entries(next)) {
        places.push([next, name]);
        if (typeof child === 'object' && child !== null) open.push(child as Holder);
      }
    const [parent, name] = places[where % places.length] ?? [holder, 'root'];
    const set = (at: string) =>
      Object.defineProperty(parent, at, { value, enumerable: true, configurable: true, writable: true });
    if (kind === 'set' || parent === holder) set(name);
    // A list with keys of its own is nothing that JSON could say.
    else if (Array.isArray(parent)) parent.push(value);
    else if (kind === 'add') set(key);
    else {
      const old = parent[name];
      delete parent[name];
      if (kind === 'rename')
        Object.defineProperty(parent, key, {
          value: old,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
  }
  return holder['root'];
}

/** JSON with what no value can say: numbers beyond a double, a key twice. */
export function hostileJson(value: unknown, again: string | undefined): string {
  let json = JSON.stringify(value) ?? '';
  for (const [mark, raw] of Object.entries(RAW)) json = json.replaceAll(`"${mark}"`, raw);
  if (again !== undefined && json.startsWith('{"'))
    json = `{${JSON.stringify(again)}:"again",${json.slice(1)}`;
  return json;
}
