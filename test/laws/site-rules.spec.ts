import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newRandom, type Random } from './support/random.js';
import { pathBytes } from '#events/rules.js';
import type { StoredEvent } from '#events/stored-event.js';
import { fitsBytes } from '#events/text.js';
import { compileSiteRules } from '#events/site-rules/compile-site-rules.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import { validateSiteRules } from '#events/site-rules/validate-site-rules.js';

// A small alphabet, so that rules and paths meet often. Capitals that grow or depend on their place are among it.
const words = ['a', 'A', 'b', 'B', ':x', 'ΑΣ', 'ας', 'İ', '%C3%89', '', '.', '..', 'a?', 'constructor'];
const wildcards = ['a', 'A', 'b', 'B', '*', '**', ':x', 'a*', '*B', 'ΑΣ', '', '.'];
const queries = [
  '',
  '?q=1',
  '?Q=1&q=2',
  '?z=&q',
  '?b=2&a=1&a=0',
  '?%61=1',
  `?q=${'x'.repeat(1500)}&a=${'y'.repeat(600)}`,
];

const pathOf = (random: Random, from: readonly string[]) =>
  `/${Array.from({ length: 1 + random.below(3) }, () => random.pick(from)).join('/')}`;

function anyRule(random: Random): object {
  const id = random.uuid();
  const plain = () => pathOf(random, words).replaceAll('?', '');
  const pattern = () => pathOf(random, wildcards);
  switch (random.below(10)) {
    case 0:
      return { id, kind: 'remove_trailing_slash' };
    case 1:
      return { id, kind: 'lower_case' };
    case 2:
      return { id, kind: 'exclude_path', pattern: pattern() };
    case 3:
    case 4:
      return { id, kind: 'path_template', pattern: pattern(), template: plain() };
    case 5:
    case 6:
      return { id, kind: 'merge_path', from: plain(), to: plain() };
    case 7:
      return { id, kind: 'keep_query', parameters: [random.pick(['a', 'b', 'q', 'z'])] };
    case 8:
      return { id, kind: 'exclude_country', countries: [random.pick(['DE', 'FR', 'NP'])] };
    default:
      return { id, kind: 'exclude_visitor', visitorId: random.pick(['v1', 'v2', 'v3', 'v4']) };
  }
}

/** A list of rules that is valid: what the random ones break is left out, the newest first. */
function anyRules(random: Random): readonly SiteRule[] {
  let valid: readonly SiteRule[] = [];
  for (let left = random.below(9); left > 0; left--) {
    const answer = validateSiteRules([...valid, anyRule(random)]);
    if (answer.valid) valid = answer.rules;
  }
  return valid;
}

function anyEvent(random: Random): StoredEvent {
  const long = random.chance(0.02);
  const path = long ? `/${random.pick(words).repeat(2000)}`.slice(0, 990) : pathOf(random, words);
  const url = random.chance(0.5) ? { url: path + random.pick(queries) } : {};
  return Object.freeze({
    v: 1,
    id: random.uuid(),
    site: 'shop',
    type: 'page_view',
    occurredAt: 1,
    receivedAt: 2,
    visitorId: random.pick(['v1', 'v2', 'v3', 'v4', 'v5', 'v6']),
    ...(random.chance(0.5) && { geo: { country: random.pick(['DE', 'FR', 'US']), by: 'header' } }),
    ...(random.chance(0.97) && { path: path + (random.chance(0.1) ? random.pick(queries.slice(0, 6)) : '') }),
    ...url,
    source: { dialect: 'http' },
  });
}

describe('the rules of a site', () => {
  it('keep their laws, whatever the rules and the events', () => {
    const random = newRandom('site rules');
    const counts = { rules: 0, excluded: 0, renamed: 0, kept: 0 };
    const broken: object[] = [];
    for (let course = 0; course < 1000; course++) {
      const rules = anyRules(random);
      const apply = compileSiteRules(rules);
      const shuffled = compileSiteRules(random.shuffled(rules));
      const anew = compileSiteRules(rules);
      counts.rules += rules.length;
      for (let n = 0; n < 20; n++) {
        const event = anyEvent(random);
        const once = apply(event);
        counts[once === undefined ? 'excluded' : once === event ? 'kept' : 'renamed']++;
        const laws = {
          'the same each time': isDeepStrictEqual(apply(event), once),
          'the same in every order of the list': isDeepStrictEqual(shuffled(event), once),
          'twice is once': once === undefined || apply(once) === once,
          'twice is once for who has not seen the first': once === undefined || anew(once) === once,
          'nothing but the path':
            once === undefined || isDeepStrictEqual({ ...once, path: 0 }, { ...event, path: 0 }),
          'a copy only of what changes': once === undefined || once === event || once.path !== event.path,
          'short enough for a key':
            once === undefined || once === event || fitsBytes(once.path ?? '', pathBytes),
        };
        const unkept = Object.entries(laws).flatMap(([law, holds]) => (holds ? [] : law));
        if (unkept.length > 0) broken.push({ unkept, rules, event, once });
      }
    }
    expect(broken.slice(0, 3)).toEqual([]);
    expect(counts.rules).toBeGreaterThan(2000);
    for (const seen of [counts.excluded, counts.renamed, counts.kept]) expect(seen).toBeGreaterThan(1000);
  });

  it('are the same whether a path is remembered or met for the first time', () => {
    const rules = validateSiteRules([
      {
        id: '0192f3a4-5b6c-7d8e-9f01-000000000001',
        kind: 'path_template',
        pattern: '/u/*',
        template: '/u/:id',
      },
      { id: '0192f3a4-5b6c-7d8e-9f01-000000000002', kind: 'exclude_path', pattern: '/*7' },
    ]);
    if (!rules.valid) throw new Error('unfit rules');
    const apply = compileSiteRules(rules.rules);
    const random = newRandom('remembered paths');
    const event = anyEvent(random);
    for (let n = 0; n < 30_000; n++) {
      const number = random.below(6000);
      const path = random.chance(0.5) ? `/u/${number}` : `/${number}`;
      const expected = path.startsWith('/u/') ? '/u/:id' : number % 10 === 7 ? undefined : path;
      if (apply({ ...event, path })?.path !== expected) expect({ path, expected }).toBe(undefined);
    }
  });
});
