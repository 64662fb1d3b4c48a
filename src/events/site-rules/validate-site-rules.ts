import { PathNames } from './path-names.js';
import { spellingOf } from './path-spelling.js';
import { shapeOf } from './pattern-order.js';
import { visitorKey } from './compile-site-rules.js';
import { botClasses, maxParameters, maxPatterns, maxRules, type SiteRule } from './site-rule.js';
import { validateSiteRule, type RuleFault } from './validate-site-rule.js';

export type ValidatedRules =
  | { readonly valid: true; readonly rules: readonly SiteRule[] }
  | { readonly valid: false; readonly faults: readonly RuleFault[] };

/**
 * Reads all rules of a site and judges them together: numbers, rules that say the same or contradict each other, and
 * renamings in a circle. To be asked for the list that a change leads to, also when a rule is removed: it may have kept
 * two others apart. The order of the list has no meaning. Never throws for input.
 */
export function validateSiteRules(input: unknown): ValidatedRules {
  if (!Array.isArray(input)) return refused([fault('rules', ' must be a list of rules')]);
  if (input.length > maxRules) return refused([fault('rules', ` must be at most ${maxRules}`)]);
  const faults: RuleFault[] = [];
  const rules: SiteRule[] = [];
  for (const [index, candidate] of (input as unknown[]).entries()) {
    const answer = validateSiteRule(candidate);
    if (answer.valid) rules.push(answer.rule);
    else {
      for (const { field, message } of answer.faults) {
        const place = field === 'rule' ? `rules[${index}]` : `rules[${index}].${field}`;
        faults.push(fault(place, message.slice(field.length)));
      }
    }
  }
  // What follows compares the rules with each other, so each must be one.
  if (faults.length > 0) return refused(faults);
  faults.push(...tooMany(rules), ...repeated(rules));
  if (faults.length === 0) faults.push(...contradictions(rules), ...circles(rules));
  return faults.length > 0 ? refused(faults) : { valid: true, rules };
}

function* tooMany(rules: readonly SiteRule[]): Generator<RuleFault> {
  const patterns = rules.filter((rule) => 'pattern' in rule).length;
  if (patterns > maxPatterns) {
    yield fault('rules', ` must be at most ${maxPatterns} with a pattern; a ** may stand for several`);
  }
  const parameters = rules.flatMap((rule) => (rule.kind === 'keep_query' ? rule.parameters : [])).length;
  if (parameters > maxParameters) {
    yield fault('rules', ` must keep at most ${maxParameters} query parameters`);
  }
}

/** The later of two rules that say the same. */
function* repeated(rules: readonly SiteRule[]): Generator<RuleFault> {
  const ids = new Set<string>();
  const said = new Map<string, string>();
  for (const [index, rule] of rules.entries()) {
    if (ids.has(rule.id)) yield fault(`rules[${index}].id`, ' must be unique: another rule has it');
    ids.add(rule.id);
    for (const { field, key } of sayings(rule)) {
      const first = said.get(key);
      if (first !== undefined) {
        yield fault(`rules[${index}].${field}`, ` must not repeat rule ${first}: remove that one first`);
      } else said.set(key, rule.id);
    }
  }
}

/** What only one rule of a site may say. */
function sayings(rule: SiteRule): { field: string; key: string }[] {
  const one = (field: string, text = '') => [{ field, key: `${rule.kind} ${text}` }];
  switch (rule.kind) {
    case 'exclude_visitor':
      return one('visitorId', visitorKey(rule.visitorId));
    case 'exclude_user':
      return one('userId', rule.userId);
    case 'exclude_path':
    case 'path_template':
      return one('pattern', shapeOf(rule.pattern));
    case 'exclude_bots':
      return (rule.classes ?? botClasses).flatMap((name) => one('classes', name));
    case 'exclude_country':
      return rule.countries.flatMap((name) => one('countries', name));
    case 'merge_path':
      return one('from', rule.from);
    case 'keep_query':
      return rule.parameters.flatMap((name) => one('parameters', name));
    case 'remove_trailing_slash':
    case 'lower_case':
      return one('kind');
  }
}

/** Renamings that are of one path once it is spelled as the site does, and lead to different ones. */
function* contradictions(rules: readonly SiteRule[]): Generator<RuleFault> {
  const spelling = spellingOf(rules);
  const known = new Map<string, { readonly to: string; readonly id: string }>();
  for (const [index, rule] of rules.entries()) {
    if (rule.kind !== 'merge_path' && rule.kind !== 'path_template') continue;
    const merge = rule.kind === 'merge_path';
    const from = spelling(merge ? rule.from : shapeOf(rule.pattern));
    const to = spelling(merge ? rule.to : rule.template);
    if (merge && from === to) continue;
    const key = `${rule.kind} ${from}`;
    const first = known.get(key);
    if (first === undefined) known.set(key, { to, id: rule.id });
    else if (first.to !== to) {
      const field = `rules[${index}].${merge ? 'from' : 'pattern'}`;
      yield fault(
        field,
        ` must not be the same as in rule ${first.id}, which leads to ${first.to}: trailing slashes and letter case ` +
          'make no difference here; remove one of the two',
      );
    }
  }
}

function* circles(rules: readonly SiteRule[]): Generator<RuleFault> {
  for (const { paths, rules: round } of new PathNames(rules).ends().circles) {
    const index = Math.max(...round.map((rule) => rules.indexOf(rule)));
    const others = round.filter((rule) => rule !== rules[index]).map(({ id }) => id);
    const field = `rules[${index}].${rules[index]?.kind === 'merge_path' ? 'to' : 'template'}`;
    yield fault(
      field,
      ` must not lead back: ${wayOf(paths)}; ` +
        (others.length > 0
          ? `leave it out or remove rule ${others.slice(0, 3).join(' or ')}`
          : 'leave it out'),
    );
  }
}

/** The paths of a circle, a long one without its middle. */
function wayOf(paths: readonly string[]): string {
  const shown = paths.length > 6 ? [...paths.slice(0, 3), '…', ...paths.slice(-2)] : paths;
  return shown.join(' -> ');
}

function fault(field: string, words: string): RuleFault {
  return { field, message: `${field}${words}` };
}

function refused(faults: readonly RuleFault[]): ValidatedRules {
  return { valid: false, faults };
}
