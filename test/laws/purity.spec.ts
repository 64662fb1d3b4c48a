import { afterEach, describe, expect, test, vi } from 'vitest';
import type { StoredEvent } from '#events/stored-event.js';
import { Fold } from '#projection/fold.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';
import { everyMeasure } from './support/every-measure.js';
import { randomLog } from './support/events.js';
import { newRandom } from './support/random.js';

const random = newRandom('purity');
const events = randomLog(random, 2_000).map(({ event }) => deepFrozen(event));
const site = deepFrozen({ id: 'site-a', timeZone: 'America/St_Johns', rules: [], revision: 3 });
const heard = (p: Projection) => events.filter(({ type }) => p.events === 'all' || p.events.includes(type));
const position = Object.freeze({ partition: 2, sequence: 1_234, ordinal: 5 });
const rowsOf = (p: Projection, event: StoredEvent) =>
  JSON.stringify(p.project(event, site, position), withBigints);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe.each([...projections, everyMeasure])('purity: $name', (p) => {
  test('asks no clock, no chance and no environment', () => {
    const before = heard(p).map((event) => rowsOf(p, event));
    const forbidden = () => {
      throw new Error('a projection asked for something that a replay would not give again');
    };
    vi.spyOn(Math, 'random').mockImplementation(forbidden);
    vi.spyOn(Date, 'now').mockImplementation(forbidden);
    vi.spyOn(performance, 'now').mockImplementation(forbidden);
    vi.spyOn(crypto, 'randomUUID').mockImplementation(forbidden);
    vi.spyOn(crypto, 'getRandomValues').mockImplementation(forbidden);
    const RealDate = Date;
    vi.stubGlobal(
      'Date',
      new Proxy(RealDate, {
        construct: (target, args: [] | [number]) => (args.length === 0 ? forbidden() : new target(args[0])),
        apply: forbidden,
      }),
    );
    vi.stubEnv('TZ', 'Pacific/Kiritimati');
    vi.stubEnv('LANG', 'tr_TR.UTF-8');
    expect(heard(p).map((event) => rowsOf(p, event))).toEqual(before);
  });

  test('keeps nothing: the rows of an event are the same after any others', () => {
    const before = new Map(heard(p).map((event) => [event, rowsOf(p, event)]));
    for (const event of random.shuffled(heard(p))) expect(rowsOf(p, event)).toBe(before.get(event));
  });

  test('tells an event by what it says, not by which object it is', () => {
    for (const event of heard(p).slice(0, 300)) {
      const copy = JSON.parse(JSON.stringify(event)) as StoredEvent;
      expect(rowsOf(p, copy)).toBe(rowsOf(p, event));
    }
  });

  test('two folds of the same events send the same bytes', () => {
    const statements = () => {
      const fold = new Fold(p, 1);
      heard(p).forEach((event, ordinal) => fold.add(1, event, { partition: 0, sequence: 1, ordinal }, site));
      return fold.statements();
    };
    const [first] = statements();
    expect(first?.values.length).toBeGreaterThan(2);
    expect(statements()).toEqual([first]);
  });
});

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  }
  return Object.freeze(value);
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
