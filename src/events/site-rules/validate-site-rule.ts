import { isUuid } from '../event-id.js';
import type { FieldRule } from '../rules.js';
import { wellFormed } from '../text.js';
import {
  botClassesRule,
  countriesRule,
  mergedPathRule,
  parametersRule,
  patternRule,
  personRule,
  templateRule,
} from './rule-fields.js';
import type { SiteRule, SiteRuleKind } from './site-rule.js';

export interface RuleFault {
  /** `pattern`; `rules[3].pattern` in a list; `rule` and `rules` for the whole. */
  readonly field: string;
  /** One sentence that names the field and says what is allowed. */
  readonly message: string;
}

export type ValidatedRule =
  | { readonly valid: true; readonly rule: SiteRule }
  | { readonly valid: false; readonly faults: readonly RuleFault[] };

/** Each kind with its fields beside `id` and `kind`. */
const fieldsOf: Readonly<Record<SiteRuleKind, Readonly<Record<string, FieldRule>>>> = {
  exclude_visitor: { visitorId: personRule },
  exclude_user: { userId: personRule },
  exclude_path: { pattern: patternRule },
  exclude_bots: { classes: botClassesRule },
  exclude_country: { countries: countriesRule },
  remove_trailing_slash: {},
  lower_case: {},
  keep_query: { parameters: parametersRule },
  path_template: { pattern: patternRule, template: templateRule },
  merge_path: { from: mergedPathRule, to: mergedPathRule },
};
const kinds = Object.keys(fieldsOf);

/**
 * Reads one rule. The rule that comes back holds the fields of its kind and nothing else: IDs trimmed and the rule's own
 * in lower case, the template of a pattern without `*` filled in. Never throws for input.
 */
export function validateSiteRule(input: unknown): ValidatedRule {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return refused({ field: 'rule', message: 'rule must be a JSON object' });
  }
  const given = new Map<string, unknown>(Object.entries(input));
  const kind = given.get('kind');
  if (!isKind(kind)) {
    return refused({ field: 'kind', message: `kind must be one of ${kinds.join(', ')}` });
  }
  const fields = fieldsOf[kind];
  const template = kind === 'path_template' ? impliedTemplate(given) : undefined;
  if (template !== undefined) given.set('template', template);
  const allowed = ['id', 'kind', ...Object.keys(fields)];
  const faults: RuleFault[] = [];
  const add = (field: string, words: string) => faults.push({ field, message: `${field}${words}` });
  const unknown = [...given.keys()].find((name) => !allowed.includes(name));
  if (unknown !== undefined) {
    add(unknown.slice(0, 50), ` must be left out: a rule of kind ${kind} has ${listed(allowed)} only`);
  }
  const id = given.get('id');
  if (typeof id !== 'string' || !isUuid(id)) {
    add('id', ' must be a UUID, such as "0192f3a4-5b6c-7d8e-9f01-23456789abcd"');
  }
  for (const [name, rule] of Object.entries(fields)) {
    const words = rule(given.get(name));
    if (words !== undefined) add(name, words);
  }
  const [from, to] = [given.get('from'), given.get('to')];
  if (kind === 'merge_path' && faults.length === 0 && from === to)
    add('to', ' must be another path than from');
  if (faults.length > 0) return refused(...faults);
  const there = Object.keys(fields).filter((name) => given.get(name) != null);
  const values = there.map((name) => [name, tidied(name, given.get(name))] as const);
  const rule = { id: (id as string).toLowerCase(), kind, ...Object.fromEntries(values) };
  return { valid: true, rule: rule as unknown as SiteRule };
}

function isKind(kind: unknown): kind is SiteRuleKind {
  return typeof kind === 'string' && Object.hasOwn(fieldsOf, kind);
}

function impliedTemplate(given: ReadonlyMap<string, unknown>): string | undefined {
  const pattern = given.get('pattern');
  const implied = given.get('template') == null && typeof pattern === 'string' && !pattern.includes('*');
  return implied ? pattern : undefined;
}

/** As the events have it: visitor and user IDs trimmed, lone surrogates mended. */
function tidied(name: string, value: unknown): unknown {
  if (name === 'countries') return (value as string[]).map((country) => country.toUpperCase());
  if (Array.isArray(value)) return (value as string[]).map(wellFormed);
  const text = wellFormed(value as string);
  return name === 'visitorId' || name === 'userId' ? text.trim() : text;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function refused(...faults: RuleFault[]): ValidatedRule {
  return { valid: false, faults };
}
